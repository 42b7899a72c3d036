package org.flowstream.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One thing a rule or a group's bucket does with a packet; a rule without any drops it. Each prints as ovs-ofctl reads. */
public sealed interface RuleAction {
    /**
     * Sends it out of a port.
     *
     * @param maxLength bytes of it that a controller gets; 0 for other ports
     */
    record Output(int port, int maxLength) implements RuleAction {
        @Override
        public String toString() {
            return port == SwitchPorts.CONTROLLER
                    ? "CONTROLLER:" + maxLength
                    : port >= 0 || port == SwitchPorts.IN_PORT
                            ? "output:" + SwitchPorts.text(port)
                            : SwitchPorts.text(port);
        }
    }

    /**
     * Sends it to the controllers that took this id, and to no other: on a bridge of others theirs never see it
     * (Nicira's controller action).
     */
    record ToController(int controllerId, int maxLength) implements RuleAction {
        @Override
        public String toString() {
            return "controller(max_len=" + maxLength + ",id=" + controllerId + ")";
        }
    }

    /** Hands it to a group. */
    record ToGroup(int id) implements RuleAction {
        @Override
        public String toString() {
            return "group:" + GroupRule.text(id);
        }
    }

    /** Writes some bits of a field (Nicira's reg_load). */
    record Load(Subfield target, long value) implements RuleAction {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "load:0x%x->%s", value, target);
        }
    }

    /** Copies bits (Nicira's reg_move). */
    record Move(Subfield source, Subfield target) implements RuleAction {
        public Move {
            if (source.bits() != target.bits()) {
                throw new IllegalArgumentException(source + " and " + target + " differ in length");
            }
        }

        @Override
        public String toString() {
            return "move:" + source + "->" + target;
        }
    }

    /**
     * Looks it up in another table and comes back (Nicira's resubmit_table).
     *
     * @param port the port it shall seem to come from; empty for its own
     */
    record Resubmit(Optional<Integer> port, int table) implements RuleAction {
        @Override
        public String toString() {
            return "resubmit(" + port.map(SwitchPorts::text).orElse("") + "," + table + ")";
        }
    }

    /**
     * Makes a rule out of the packet (Nicira's learn).
     *
     * @param idleTimeout seconds without a packet until it goes, 0 for never
     * @param hardTimeout seconds until it goes, 0 for never
     */
    record Learn(int table, int priority, int idleTimeout, int hardTimeout, long cookie, List<Learnt> parts)
            implements RuleAction {
        public Learn {
            parts = List.copyOf(parts);
        }

        @Override
        public String toString() {
            List<String> words = new ArrayList<>();
            words.add("table=" + table);
            if (idleTimeout != 0) {
                words.add("idle_timeout=" + idleTimeout);
            }
            if (hardTimeout != 0) {
                words.add("hard_timeout=" + hardTimeout);
            }
            words.add("priority=" + priority);
            words.add("cookie=" + Cookie.text(cookie));
            parts.forEach(part -> words.add(part.toString()));
            return "learn(" + String.join(",", words) + ")";
        }
    }

    /** Goes on in a later table; always the last. On the wire it is an instruction. */
    record GoToTable(int table) implements RuleAction {
        @Override
        public String toString() {
            return "goto_table:" + table;
        }
    }

    /** An action or instruction of another's rule that we have no name for; never in ours. */
    record Unknown(String hex) implements RuleAction {
        @Override
        public String toString() {
            return "unknown:0x" + hex;
        }
    }

    /** Out of a real port. */
    static RuleAction output(int port) {
        return new Output(port, 0);
    }
}
