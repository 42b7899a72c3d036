package org.flowstream.host;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Programs of iproute2 and ethtool, run in the host's network namespace or in another one. */
final class Tool {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The words before the program's own: none for the host's namespace. */
    private final List<String> prefix;

    private Tool(List<String> prefix) {
        this.prefix = prefix;
    }

    static final Tool HERE = new Tool(List.of());

    /** In a namespace that {@code ip netns} knows by name. */
    static Tool inNamed(String name) {
        return new Tool(List.of("ip", "netns", "exec", name));
    }

    /** In the network namespace of a process. */
    static Tool ofProcess(long pid) {
        return new Tool(List.of("nsenter", "--target", Long.toString(pid), "--net"));
    }

    Program.Output ask(String... words) {
        List<String> argv = argv(words);
        try {
            return Program.run(argv);
        } catch (IOException e) {
            throw new HostException(String.join(" ", argv) + ": " + e.getMessage(), e);
        }
    }

    /** What it printed. */
    String run(String... words) {
        Program.Output output = ask(words);
        if (!output.ok()) {
            throw new HostException(String.join(" ", argv(words)) + ": " + output.complaint());
        }
        return output.out();
    }

    /** What it printed, as JSON; an empty array if it printed nothing. */
    JsonNode json(String... words) {
        String text = run(words);
        try {
            return text.isBlank() ? JSON.createArrayNode() : JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new HostException(String.join(" ", argv(words)) + " printed no JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** The words by which a person would run it. */
    String line(String... words) {
        return String.join(" ", argv(words));
    }

    private List<String> argv(String... words) {
        List<String> argv = new ArrayList<>(prefix);
        argv.addAll(List.of(words));
        return argv;
    }
}
