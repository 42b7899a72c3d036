package org.flowstream.control;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;
import org.flowstream.problem.Place;
import org.flowstream.problem.SourceText;

/** The elements and handlers of a running middlebox. */
public final class Handlers {
    private Handlers() {}

    /**
     * One handler.
     *
     * @param element empty for a global one
     */
    public record Handler(String element, String name, boolean read, boolean write) {
        /** The name that commands take. */
        public String path() {
            return element.isEmpty() ? name : element + "." + name;
        }
    }

    /** The names of all elements, in the configuration's order. */
    public static List<String> elements(ControlClient client) throws IOException {
        List<String> lines = lines(client.text("list"));
        // The first line is their number.
        return lines.isEmpty() ? lines : lines.subList(1, lines.size());
    }

    /** The handlers of one element, or with an empty name the global ones. */
    public static List<Handler> of(ControlClient client, String element) throws IOException {
        List<Handler> handlers = new ArrayList<>();
        for (String line : lines(client.text(element.isEmpty() ? "handlers" : element + ".handlers"))) {
            String[] fields = line.split("\t", -1);
            String flags = fields.length > 1 ? fields[1] : "";
            handlers.add(new Handler(element, fields[0], flags.contains("r"), flags.contains("w")));
        }
        return handlers;
    }

    /** The arguments in a {@code config} handler's text. */
    public static List<String> arguments(String config) {
        Place place = new Place(new SourceText("config", config), 0, config.length());
        return ConfigStrings.arguments(ConfigText.of(place)).stream()
                .map(ConfigText::text)
                .toList();
    }

    private static List<String> lines(String text) {
        return text.lines().filter(line -> !line.isBlank()).toList();
    }
}
