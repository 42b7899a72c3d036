package org.flowstream.process;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import org.flowstream.template.Frame;

/**
 * Where packets went in a configuration, event by event, as the process build tells it (docs/contracts.md, section 7).
 *
 * @param refused handlers that could not be given the value that was wanted, each with the words
 */
public record EngineTrace(List<Event> events, List<String> refused) {
    private static final HexFormat HEX = HexFormat.of();
    private static final String NO_RULE = "-";

    public EngineTrace {
        events = List.copyOf(events);
        refused = List.copyOf(refused);
    }

    /** What happened to a packet, which is known by its number from 1 on. */
    public sealed interface Event {
        /** When, nanoseconds of virtual time since 1970. */
        long time();

        /** The packet's number; 0 when it is not known which. */
        int packet();

        /** It came by a device. */
        record In(long time, int packet, int device, Frame frame) implements Event {}

        /** It went from one element to the next; {@code rewritten} when the first one wrote into it. */
        record Go(long time, int packet, String from, int output, String to, int input, boolean rewritten)
                implements Event {}

        /** An element made a copy of packet {@code of}. */
        record Copy(long time, int packet, String element, int of) implements Event {}

        /** An element originated it, while it dealt with packet {@code cause} (0: by itself). */
        record Made(long time, int packet, String element, int cause, Frame frame) implements Event {}

        /** It was dropped; {@code rule} is the number from 0 of the rule that said so. */
        record Drop(long time, int packet, String element, String reason, OptionalInt rule) implements Event {}

        /** It left by a device. */
        record Out(long time, int packet, int device, Frame frame) implements Event {}

        /** It was still in the element when nothing more happened. */
        record Held(long time, int packet, String element) implements Event {}

        /** The element answered it by another packet, or put it together with others. */
        record Ended(long time, int packet, String element) implements Event {}

        /** More happened than is told. */
        record More(long time, int packet) implements Event {}
    }

    /** Reads the trace file's lines. */
    static List<Event> parse(List<String> lines) {
        List<Event> events = new ArrayList<>();
        for (String line : lines) {
            events.add(event(line.split("\t", -1)));
        }
        return events;
    }

    private static Frame frame(String hex) {
        return Frame.of(HEX.parseHex(hex));
    }

    private static Event event(String[] words) {
        long time = Long.parseLong(words[0]);
        int packet = Integer.parseInt(words[2]);
        return switch (words[1]) {
            case "in" -> new Event.In(time, packet, Integer.parseInt(words[3]), frame(words[4]));
            case "go" ->
                new Event.Go(
                        time,
                        packet,
                        words[3],
                        Integer.parseInt(words[4]),
                        words[5],
                        Integer.parseInt(words[6]),
                        words[7].equals("changed"));
            case "copy" -> new Event.Copy(time, packet, words[3], Integer.parseInt(words[4]));
            case "made" -> new Event.Made(time, packet, words[3], Integer.parseInt(words[4]), frame(words[5]));
            case "drop" ->
                new Event.Drop(
                        time,
                        packet,
                        words[3],
                        words[4],
                        words[5].equals(NO_RULE) ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(words[5])));
            case "out" -> new Event.Out(time, packet, Integer.parseInt(words[3]), frame(words[4]));
            case "held" -> new Event.Held(time, packet, words[3]);
            case "ended" -> new Event.Ended(time, packet, words[3]);
            case "more" -> new Event.More(time, packet);
            default -> throw new IllegalArgumentException("a trace has no event '" + words[1] + "'");
        };
    }
}
