package org.flowstream.ovsdb;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a switch's {@code ofproto/trace} says of one packet (ovs-vswitchd(8)).
 *
 * @param steps the tables that it met, in order; a patch port leads on to the tables of another bridge
 */
public record SwitchTrace(List<Step> steps) {
    private static final Pattern BRIDGE = Pattern.compile("bridge\\(\"([^\"]*)\"\\)");
    private static final Pattern RULE =
            Pattern.compile("(\\d+)\\. (?:(.*), )?priority (\\d+)(?:, cookie (0x[0-9a-f]+))?");
    private static final Pattern NO_RULE = Pattern.compile("(\\d+)\\. No match\\.");
    private static final Pattern NOT_LIVE = Pattern.compile("-> bucket (\\d+): not live(?: due to port (\\S+))?.*");
    private static final Pattern USING = Pattern.compile("-> using bucket (\\d+)");
    private static final Pattern NUMBERED = Pattern.compile("(output|group):(\\d+)");

    public SwitchTrace {
        steps = List.copyOf(steps);
    }

    /**
     * One table.
     *
     * @param bridge whose table it is
     * @param matched whether any rule did; without one, what follows is empty
     * @param match the rule's, as Open vSwitch writes it; empty for any packet
     * @param events what its actions did, in order
     */
    public record Step(
            String bridge, int table, boolean matched, String match, int priority, long cookie, List<Event> events) {
        public Step {
            events = List.copyOf(events);
        }

        /** The ports that it sent the packet to, by number. */
        public List<Integer> outputs() {
            return events.stream()
                    .filter(Event.Output.class::isInstance)
                    .map(event -> ((Event.Output) event).port())
                    .toList();
        }
    }

    /** What an action did. */
    public sealed interface Event {
        /** It left by a port. */
        record Output(int port) implements Event {}

        /** It went to the daemon, or another controller. */
        record ToController() implements Event {}

        /** It was handed to a group, which chooses among its buckets. */
        record ToGroup(long group) implements Event {}

        /** A bucket was passed over: the port that it watches is down, or its BFD says that nobody answers. */
        record NotLive(int bucket, String port) implements Event {}

        /** This bucket was chosen. */
        record Bucket(int bucket) implements Event {}

        /** No bucket was live, so it went nowhere. */
        record NoBucket() implements Event {}
    }

    /** All ports by which it left the bridge. */
    public List<Integer> outputs() {
        return steps.stream().flatMap(step -> step.outputs().stream()).toList();
    }

    /** Reads the command's answer; lines that it does not know are passed over. */
    static SwitchTrace parse(String text) {
        Reading reading = new Reading();
        text.lines().map(String::strip).forEach(reading::line);
        return new SwitchTrace(reading.end());
    }

    /** The state between two lines. */
    private static final class Reading {
        private final List<Step> steps = new ArrayList<>();
        private List<Event> events = new ArrayList<>();
        private String bridge = "";

        void line(String line) {
            Matcher onBridge = BRIDGE.matcher(line);
            Matcher rule = RULE.matcher(line);
            Matcher noRule = NO_RULE.matcher(line);
            if (onBridge.matches()) {
                bridge = onBridge.group(1);
            } else if (rule.matches()) {
                String match = rule.group(2) == null ? "" : rule.group(2);
                long cookie = rule.group(4) == null
                        ? 0
                        : Long.parseUnsignedLong(rule.group(4).substring(2), 16);
                begin(new Step(
                        bridge,
                        Integer.parseInt(rule.group(1)),
                        true,
                        match,
                        Integer.parseInt(rule.group(3)),
                        cookie,
                        List.of()));
            } else if (noRule.matches()) {
                begin(new Step(bridge, Integer.parseInt(noRule.group(1)), false, "", 0, 0, List.of()));
            } else if (!steps.isEmpty()) {
                event(line);
            }
        }

        private void begin(Step step) {
            finish();
            steps.add(step);
        }

        private void finish() {
            if (!steps.isEmpty()) {
                Step last = steps.get(steps.size() - 1);
                steps.set(
                        steps.size() - 1,
                        new Step(
                                last.bridge(),
                                last.table(),
                                last.matched(),
                                last.match(),
                                last.priority(),
                                last.cookie(),
                                events));
            }
            events = new ArrayList<>();
        }

        private void event(String line) {
            Matcher numbered = NUMBERED.matcher(line);
            Matcher notLive = NOT_LIVE.matcher(line);
            Matcher using = USING.matcher(line);
            if (numbered.matches()) {
                long number = Long.parseLong(numbered.group(2));
                events.add(
                        numbered.group(1).equals("group") ? new Event.ToGroup(number) : new Event.Output((int) number));
            } else if (notLive.matches()) {
                events.add(new Event.NotLive(
                        Integer.parseInt(notLive.group(1)), notLive.group(2) == null ? "" : notLive.group(2)));
            } else if (using.matches()) {
                events.add(new Event.Bucket(Integer.parseInt(using.group(1))));
            } else if (line.equals("-> no live bucket")) {
                events.add(new Event.NoBucket());
            } else if (line.startsWith("CONTROLLER:") || line.startsWith("controller(")) {
                events.add(new Event.ToController());
            } else if (line.startsWith(">> skipping output") && !events.isEmpty()) {
                // To the port that it came by, or one that is down: the action is told first, and then that it is not
                // done.
                int last = events.size() - 1;
                if (events.get(last) instanceof Event.Output) {
                    events.remove(last);
                }
            }
        }

        List<Step> end() {
            finish();
            return steps;
        }
    }
}
