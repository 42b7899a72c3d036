package org.flowstream.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.PortName;
import org.flowstream.ovsdb.SwitchControl;
import org.flowstream.ovsdb.SwitchTrace;
import org.flowstream.rules.Cookie;

/** What the switch does with a packet, in words. */
final class SwitchHop {
    private final List<DeclaredChain> chains;
    private final SortedMap<String, SwitchControl.Port> ports;

    SwitchHop(List<DeclaredChain> chains, SortedMap<String, SwitchControl.Port> ports) {
        this.chains = chains;
        this.ports = ports;
    }

    /** A device that a tap belongs to. */
    record Device(DeclaredChain chain, MachineSpec machine, int index) {
        /** {@code fw.outside}. */
        @Override
        public String toString() {
            return machine.name() + "." + machine.devices().get(index).name();
        }
    }

    /** The device behind a port of the switch; empty for an external port. */
    Optional<Device> device(String port) {
        for (DeclaredChain chain : chains) {
            for (MachineSpec machine : ChainCompiler.compile(chain).machines()) {
                int index = machine.taps().stream().map(PortName::text).toList().indexOf(port);
                if (index >= 0) {
                    return Optional.of(new Device(chain, machine, index));
                }
            }
        }
        return Optional.empty();
    }

    /** The name of a port of a bridge by its number. */
    String port(String bridge, int number) {
        return ports.entrySet().stream()
                .filter(each -> each.getValue().equals(new SwitchControl.Port(bridge, number)))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("port " + number);
    }

    /** What a person calls a port: the device where it is a tap. */
    private String shown(String port) {
        return device(port).map(Device::toString).orElse(port);
    }

    /** The ports by which the packet leaves, by name. */
    List<String> outputs(SwitchTrace trace) {
        return trace.steps().stream()
                .flatMap(step -> step.outputs().stream().map(number -> port(step.bridge(), number)))
                .distinct()
                .toList();
    }

    List<Hop.Stage> stages(SwitchTrace trace) {
        List<Hop.Stage> stages = new ArrayList<>();
        for (SwitchTrace.Step step : trace.steps()) {
            String table = "table " + step.table();
            if (!step.matched()) {
                stages.add(new Hop.Stage(table, "no rule matches", "", "", false));
                continue;
            }
            stages.add(new Hop.Stage(
                    table,
                    says(step) + bucket(step),
                    "priority " + step.priority() + (step.match().isEmpty() ? "" : ", " + step.match()),
                    String.format(Locale.ROOT, "0x%016x", step.cookie()),
                    false));
        }
        return stages;
    }

    List<Hop.End> ends(SwitchTrace trace) {
        List<Hop.End> ends = new ArrayList<>();
        for (String port : outputs(trace)) {
            boolean ours = device(port).isPresent();
            ends.add(new Hop.End(ours ? Hop.Fate.PASSED : Hop.Fate.DELIVERED, shown(port), "→ " + shown(port), "", 0));
        }
        boolean punted = trace.steps().stream()
                .flatMap(step -> step.events().stream())
                .anyMatch(SwitchTrace.Event.ToController.class::isInstance);
        if (punted) {
            ends.add(new Hop.End(Hop.Fate.PUNTED, "daemon", "→ the daemon", "", 0));
        }
        if (ends.isEmpty()) {
            ends.add(new Hop.End(Hop.Fate.DROPPED, "switch", "✗ dropped: " + whyNot(trace), "", 0));
        }
        return ends;
    }

    private String whyNot(SwitchTrace trace) {
        if (trace.steps().isEmpty()) {
            return "it met no table";
        }
        SwitchTrace.Step last = trace.steps().get(trace.steps().size() - 1);
        if (!last.matched()) {
            return "no rule of table " + last.table() + " matches";
        }
        if (last.events().stream().anyMatch(SwitchTrace.Event.NoBucket.class::isInstance)) {
            return "nothing that its rule may send to is live, and the failure policy is closed";
        }
        return says(last);
    }

    /** Which bucket a group chose, and which ones it passed over. */
    private String bucket(SwitchTrace.Step step) {
        StringBuilder text = new StringBuilder();
        for (SwitchTrace.Event event : step.events()) {
            if (event instanceof SwitchTrace.Event.NotLive not) {
                String port =
                        not.port().matches("\\d+") ? port(step.bridge(), Integer.parseInt(not.port())) : not.port();
                text.append("; ").append(shown(port)).append(" is not live");
            } else if (event instanceof SwitchTrace.Event.Bucket bucket) {
                text.append(bucket.bucket() == 0 ? "" : "; its group's bucket " + bucket.bucket() + " is taken");
            }
        }
        return text.toString();
    }

    /** What the rule is for. */
    private String says(SwitchTrace.Step step) {
        if (!Cookie.isOurs(step.cookie())) {
            return "a rule of others";
        }
        Cookie cookie = new Cookie(step.cookie());
        String chain = chains.stream()
                .filter(each -> each.id().bits() == cookie.id())
                .map(each -> "chain '" + each.name() + "'")
                .findFirst()
                .orElse("a chain that is not declared here");
        Optional<Cookie.Kind> kind = cookie.kind();
        if (kind.isEmpty()) {
            return "a rule of another version of ours";
        }
        return switch (kind.get()) {
            case BASE -> base(step);
            case LEARNT -> "this address was last seen there";
            case PROBE -> "probe frames of " + chain;
            case LEAVE -> chain + " sends it on";
            case ENTER -> chain + " claims it";
            case COMPANION -> chain + " claims it with its flow (a later fragment, or an ICMP error)";
            case AMBIGUOUS -> "it may belong to more than one chain, and must not walk around any";
            case FIRST -> chain + " has no instance for it yet: it comes to the daemon, which makes one";
            case SAMPLE -> "a look at a port's traffic takes a copy";
        };
    }

    private static String base(SwitchTrace.Step step) {
        if (step.table() == 0) {
            return "no chain claims it";
        }
        if (!step.outputs().isEmpty()) {
            return "its destination is not known: to all other external ports";
        }
        return step.priority() == 0
                ? "it comes by no external port, or its address is not known"
                : step.priority() >= 200 ? "no bridge passes such an address on" : "unclaimed traffic";
    }
}
