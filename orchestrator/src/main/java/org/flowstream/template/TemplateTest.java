package org.flowstream.template;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.flowstream.problem.Position;

/**
 * A packet test of a template: frames in, frames and counters out (docs/contracts.md, 10).
 *
 * @param name what it shows
 * @param position where it stands
 * @param parameters what it sets, the rest has its defaults
 * @param sends the frames that arrive, in the order of the file
 * @param expected what must leave by each device, in order; a device that is not named sends nothing
 * @param handlers the values of handlers at the end
 * @param drops how many packets elements have lost, by reason
 */
public record TemplateTest(
        String name,
        Position position,
        List<Assignment> parameters,
        List<Send> sends,
        Map<String, List<Frame>> expected,
        List<HandlerCheck> handlers,
        List<DropCheck> drops) {

    public TemplateTest {
        parameters = List.copyOf(parameters);
        sends = List.copyOf(sends);
        expected = Map.copyOf(expected);
        handlers = List.copyOf(handlers);
        drops = List.copyOf(drops);
    }

    /**
     * A frame that arrives.
     *
     * @param device the device that it arrives at
     * @param at when, from the beginning
     */
    public record Send(String device, Duration at, Frame frame) {}

    /** A handler's value, without blanks at its ends. */
    public record HandlerCheck(String handler, String value) {}

    /** How many packets an element has lost for a reason. */
    public record DropCheck(String element, String reason, long count) {}

    /**
     * What came of it.
     *
     * @param frames what left by each device, in order
     * @param handlers the values of the handlers that were asked for
     * @param drops the text of the global handler {@code drops}
     */
    public record Outcome(Map<String, List<Frame>> frames, Map<String, String> handlers, String drops) {}

    /** Where the outcome is not what was expected, for people to read; empty when the test has passed. */
    public List<String> compare(Outcome outcome) {
        List<String> differences = new ArrayList<>();
        outcome.frames().keySet().stream()
                .sorted()
                .forEach(device -> compareFrames(
                        device,
                        expected.getOrDefault(device, List.of()),
                        outcome.frames().getOrDefault(device, List.of()),
                        differences));
        for (HandlerCheck check : handlers) {
            String value = outcome.handlers().getOrDefault(check.handler(), "").strip();
            if (!value.equals(check.value())) {
                differences.add("handler " + check.handler() + ": expected " + check.value() + ", got "
                        + (value.isEmpty() ? "nothing" : value));
            }
        }
        for (DropCheck check : drops) {
            long count = dropped(outcome.drops(), check);
            if (count != check.count()) {
                differences.add("drops of " + check.element() + " as " + check.reason() + ": expected " + check.count()
                        + ", got " + count);
            }
        }
        return differences;
    }

    private static void compareFrames(String device, List<Frame> expected, List<Frame> got, List<String> differences) {
        int common = Math.min(expected.size(), got.size());
        IntStream.range(0, common)
                .filter(i -> !expected.get(i).equals(got.get(i)))
                .forEach(i -> differences.add("frame " + (i + 1) + " out of " + device + " differs:\n"
                        + expected.get(i).difference(got.get(i))));
        for (int i = common; i < expected.size(); i++) {
            differences.add("frame " + (i + 1) + " out of " + device + " is missing:\n  - " + expected.get(i));
        }
        for (int i = common; i < got.size(); i++) {
            differences.add("frame " + (i + 1) + " out of " + device + " is not expected:\n  + " + got.get(i));
        }
    }

    /** The sum over an element's rules. */
    private static long dropped(String drops, DropCheck check) {
        return drops.lines()
                .map(line -> line.split("\t", -1))
                .filter(fields ->
                        fields.length > 3 && fields[0].equals(check.element()) && fields[1].equals(check.reason()))
                .mapToLong(fields -> Long.parseLong(fields[3]))
                .sum();
    }
}
