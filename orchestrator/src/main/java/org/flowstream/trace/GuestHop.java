package org.flowstream.trace;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.net.PacketText;
import org.flowstream.process.EngineTrace;
import org.flowstream.process.EngineTrace.Event;
import org.flowstream.template.Frame;
import org.jspecify.annotations.Nullable;

/** What a configuration does with a packet, and with what it makes of it, in words. */
final class GuestHop {
    private final Elements elements;
    private final List<String> devices;
    /** What is known of each packet, the one that came in first. */
    private final Map<Integer, Path> paths = new LinkedHashMap<>();

    /**
     * Reads a trace.
     *
     * @param devices their names, in order
     */
    GuestHop(EngineTrace trace, Elements elements, List<String> devices) {
        this.elements = elements;
        this.devices = devices;
        trace.events().forEach(this::event);
    }

    /** The way of one packet. */
    static final class Path {
        private final long begun;
        private final String what;
        private final Frame first;
        private final List<Hop.Stage> stages = new ArrayList<>();
        private final List<String> names = new ArrayList<>();
        private Hop.@Nullable End end;
        private int device = -1;
        private Frame last;
        private String decidedBy = "";

        private Path(long begun, String what, Frame first) {
            this.begun = begun;
            this.what = what;
            this.first = first;
            this.last = first;
        }

        /** What it is: empty for the packet itself. */
        String what() {
            return what;
        }

        List<Hop.Stage> stages() {
            return stages;
        }

        /** The elements that it met. */
        List<String> names() {
            return names;
        }

        Optional<Hop.End> end() {
            return Optional.ofNullable(end);
        }

        /** The device by which it left, or -1. */
        int device() {
            return device;
        }

        /** The frame that left. */
        Frame frame() {
            return last;
        }

        /** Where the rule that decided its end stands, and who set it; empty when no rule did. */
        String decidedBy() {
            return decidedBy;
        }
    }

    List<Path> paths() {
        return List.copyOf(paths.values());
    }

    private void event(Event event) {
        @Nullable Path path = paths.get(event.packet());
        if (event instanceof Event.In in) {
            paths.put(in.packet(), new Path(in.time(), "", in.frame()));
        } else if (event instanceof Event.Copy copy) {
            Frame first = Optional.ofNullable(paths.get(copy.of()))
                    .map(of -> of.first)
                    .orElse(Frame.of(new byte[0]));
            Path made = new Path(copy.time(), "a copy", first);
            made.stages.add(stage(copy.element(), "", false));
            paths.put(copy.packet(), made);
        } else if (event instanceof Event.Made made && paths.containsKey(made.cause())) {
            // What it makes by itself has nothing to do with this packet.
            paths.put(made.packet(), new Path(made.time(), "made by " + elements.label(made.element()), made.frame()));
        } else if (path != null) {
            of(path, event);
        }
    }

    private void of(Path path, Event event) {
        if (event instanceof Event.Go go) {
            go(path, go);
        } else if (event instanceof Event.Out out) {
            boolean same = out.frame().equals(path.first);
            path.device = out.device();
            path.last = out.frame();
            String device = devices.get(out.device());
            end(
                    path,
                    Hop.Fate.PASSED,
                    device,
                    "→ " + device,
                    same ? "" : PacketText.of(out.frame().bytes()),
                    out.time());
        } else if (event instanceof Event.Drop drop) {
            drop(path, drop);
        } else if (event instanceof Event.Held held) {
            String name = elements.label(held.element());
            end(path, Hop.Fate.HELD, name, "waits in " + name, "", held.time());
        } else if (event instanceof Event.Ended ended) {
            String name = elements.label(ended.element());
            end(path, Hop.Fate.CONSUMED, name, "taken in by " + name, "", ended.time());
        }
    }

    private void go(Path path, Event.Go go) {
        String rule = elements.pattern(go.from(), go.output());
        if (path.names.isEmpty() && path.stages.isEmpty()) {
            add(path, go.from());
        }
        int last = path.stages.size() - 1;
        if (last >= 0 && (!rule.isEmpty() || go.rewritten())) {
            Hop.Stage stage = path.stages.get(last);
            path.stages.set(last, new Hop.Stage(stage.name(), stage.kind(), rule, stage.place(), go.rewritten()));
        }
        add(path, go.to());
    }

    private void add(Path path, String element) {
        path.names.add(element);
        path.stages.add(stage(element, "", false));
    }

    private Hop.Stage stage(String element, String rule, boolean rewrote) {
        return new Hop.Stage(
                elements.label(element), elements.className(element), rule, elements.place(element), rewrote);
    }

    private void drop(Path path, Event.Drop drop) {
        String name = elements.label(drop.element());
        if (drop.rule().isPresent()) {
            int number = drop.rule().getAsInt();
            int last = path.stages.size() - 1;
            if (last >= 0 && path.stages.get(last).name().equals(name)) {
                path.stages.set(last, stage(drop.element(), elements.rule(drop.element(), number), false));
            }
            String setBy = elements.setBy(drop.element(), number);
            String place = elements.place(drop.element());
            path.decidedBy = "The rule is "
                    + (place.isEmpty() ? "in the configuration" : "at " + place)
                    + (setBy.isEmpty() ? "" : ", " + setBy) + ".";
        } else if (!elements.place(drop.element()).isEmpty()) {
            path.decidedBy = name + " is at " + elements.place(drop.element()) + ".";
        }
        end(path, Hop.Fate.DROPPED, name, "✗ dropped: " + drop.reason(), "", drop.time());
    }

    private static void end(Path path, Hop.Fate fate, String to, String text, String packet, long time) {
        path.end = new Hop.End(fate, to, text, packet, time - path.begun);
    }
}
