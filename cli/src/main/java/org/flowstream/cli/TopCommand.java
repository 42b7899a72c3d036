package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowstream top}: the live picture of all middleboxes. */
@Command(
        name = "top",
        description = "Shows all middleboxes, the busiest first, anew each second.",
        footer = {
            "",
            "Keys: p by packets, c by CPU, d by drops, n by name, q ends it. Where the output is no terminal, a table is",
            "printed each time. DROPS are those since the last look; in JSON each look is one line.",
            "",
            "Example:",
            "  flowstream top --sort cpu"
        })
final class TopCommand extends DaemonCommand {
    private static final int KEY_GLANCE_MILLIS = 50;

    @Option(
            names = "--sort",
            paramLabel = "COLUMN",
            defaultValue = "packets",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private TopView.Order order = TopView.Order.packets;

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "From look to look (default: ${DEFAULT-VALUE}).")
    private double interval;

    @Option(names = "--once", description = "Look once, and end.")
    private boolean once;

    @Mixin
    private OutputOption output;

    /** The keys that are pressed. */
    @FunctionalInterface
    interface Keys {
        /** The next one, waiting for it at most so long; empty when none came. */
        OptionalInt next(long millis) throws IOException, InterruptedException;
    }

    private static OptionalInt pressed(long millis) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.in.available() == 0) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return OptionalInt.empty();
            }
            TimeUnit.NANOSECONDS.sleep(Math.min(left, TimeUnit.MILLISECONDS.toNanos(KEY_GLANCE_MILLIS)));
        }
        return OptionalInt.of(System.in.read());
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!(interval >= 0.1 && interval <= 3600)) {
            throw CommandFailure.usage("--interval takes 0.1 to 3600 seconds, not " + interval);
        }
        if (once || output.json() || !terminal().interactive()) {
            plain();
        } else {
            try (TopScreen screen = new TopScreen(out(), true)) {
                live(screen, TopCommand::pressed);
            }
        }
        return 0;
    }

    private JsonNode look() {
        return client().get("/v1/middleboxes");
    }

    private long millis() {
        return Math.round(interval * 1000);
    }

    private void plain() throws InterruptedException {
        TopView view = new TopView();
        while (true) {
            JsonNode boxes = look();
            if (output.json()) {
                out().println(boxes);
            } else {
                out().println(TopView.summary(boxes));
                out().print(view.table(boxes, order, System.nanoTime()).render());
            }
            out().flush();
            if (once || out().checkError()) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(millis());
            if (!output.json()) {
                out().println();
            }
        }
    }

    /** Paints the picture until q is pressed. A daemon that does not answer is told in it, and asked again. */
    void live(TopScreen screen, Keys keys) throws IOException, InterruptedException {
        TopView view = new TopView();
        while (true) {
            int[] size = screen.size();
            screen.paint(picture(view), size[0], size[1]);
            OptionalInt key = keys.next(millis());
            if (key.isPresent()) {
                switch (key.getAsInt()) {
                    case 'q', 'Q', -1 -> {
                        return;
                    }
                    case 'p' -> order = TopView.Order.packets;
                    case 'c' -> order = TopView.Order.cpu;
                    case 'd' -> order = TopView.Order.drops;
                    case 'n' -> order = TopView.Order.name;
                    default -> {
                        // no key of ours: the picture is painted anew
                    }
                }
            }
        }
    }

    private List<String> picture(TopView view) {
        List<String> lines = new ArrayList<>();
        try {
            JsonNode boxes = look();
            lines.add(TopView.summary(boxes));
            lines.add("by " + order + "; keys: p packets, c CPU, d drops, n name, q end");
            lines.add("");
            view.table(boxes, order, System.nanoTime()).render().lines().forEach(lines::add);
        } catch (CommandFailure e) {
            lines.add(String.valueOf(e.getMessage()));
            e.cure().ifPresent(cure -> lines.add("cure: " + cure));
        }
        return lines;
    }
}
