package org.flowstream.rules;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * One group of a switch: buckets of actions, and how the switch chooses among them (OpenFlow 1.3.5, section 5.6.1).
 *
 * @param id groups carry no cookie: ours have ids from {@link #FIRST} to {@link #LAST}
 */
public record GroupRule(int id, Type type, List<Bucket> buckets) {
    public static final int FIRST = 0x466c_0000;
    public static final int LAST = 0x466c_ffff;

    /** How buckets are chosen. */
    public enum Type {
        /** Every one, each with a copy. */
        ALL,
        /** One, by a hash of the packet and the weights. */
        SELECT,
        /** The only one. */
        INDIRECT,
        /** The first whose watched port is live. */
        FAST_FAILOVER;

        String text() {
            return this == FAST_FAILOVER ? "ff" : name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One choice.
     *
     * @param weight of a select group's choice, 0 otherwise
     * @param watchPort the port whose liveness decides, {@link SwitchPorts#ANY} for none
     */
    public record Bucket(int weight, int watchPort, List<RuleAction> actions) {
        public Bucket {
            actions = List.copyOf(actions);
        }

        /** Outputs to a port as long as it is live. */
        public static Bucket whileLive(int port) {
            return whileLive(port, port);
        }

        /** Outputs to a port as long as another one is live. */
        public static Bucket whileLive(int watched, int port) {
            return new Bucket(0, watched, List.of(RuleAction.output(port)));
        }

        @Override
        public String toString() {
            return "bucket="
                    + (weight == 0 ? "" : "weight:" + weight + ",")
                    + (watchPort == SwitchPorts.ANY ? "" : "watch_port:" + SwitchPorts.text(watchPort) + ",")
                    + "actions="
                    + actions.stream().map(RuleAction::toString).collect(Collectors.joining(","));
        }
    }

    public GroupRule {
        buckets = List.copyOf(buckets);
    }

    /** Whether a group's number is from our range. */
    public static boolean isOurs(int id) {
        return id >= FIRST && id <= LAST;
    }

    static String text(int id) {
        return String.format(Locale.ROOT, "0x%x", id);
    }

    /** A line that ovs-ofctl add-group reads. */
    @Override
    public String toString() {
        return "group_id=" + text(id) + ",type=" + type.text()
                + buckets.stream().map(bucket -> "," + bucket).collect(Collectors.joining());
    }
}
