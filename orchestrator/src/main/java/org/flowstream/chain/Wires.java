package org.flowstream.chain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.PortName;
import org.flowstream.model.WireEnd;

/** The wires of a chain's devices: whether they are sound, and what is at the other end of each. */
final class Wires {
    private static final int SIDES = 2;

    private final Map<Name, MiddleboxSpec> middleboxes = new HashMap<>();

    Wires(ChainSpec spec) {
        spec.spec().middleboxes().forEach(middlebox -> middleboxes.put(middlebox.name(), middlebox));
    }

    /** A device of a middlebox of this chain. */
    record End(Name middlebox, int device) {}

    WireEnd at(End end) {
        return middlebox(end.middlebox()).devices().get(end.device()).to();
    }

    /** Whether a device has addresses of its own. */
    boolean isAddressed(End end) {
        return middlebox(end.middlebox()).devices().get(end.device()).mode() == DeviceMode.ADDRESSED;
    }

    /** The device at the other end of a wire; empty when that is an external port. */
    Optional<End> far(End end) {
        return at(end) instanceof WireEnd.ToDevice to
                ? Optional.of(new End(to.middlebox(), middlebox(to.middlebox()).indexOf(to.device())))
                : Optional.empty();
    }

    /** The device by which a middlebox passes on what comes by this one: the other of its first two, its sides. */
    Optional<End> through(End end) {
        return middlebox(end.middlebox()).devices().size() >= SIDES && end.device() < SIDES
                ? Optional.of(new End(end.middlebox(), 1 - end.device()))
                : Optional.empty();
    }

    /** The device ends in the order of the chain. */
    static List<End> ends(ChainSpec spec) {
        List<End> ends = new ArrayList<>();
        for (MiddleboxSpec middlebox : spec.spec().middleboxes()) {
            for (int device = 0; device < middlebox.devices().size(); device++) {
                ends.add(new End(middlebox.name(), device));
            }
        }
        return ends;
    }

    /** What is wrong with the wires, one sentence each. */
    List<String> faults(ChainSpec spec) {
        List<String> faults = new ArrayList<>();
        Map<PortName, String> used = new HashMap<>();
        for (End end : ends(spec)) {
            DeviceWiring wiring = middlebox(end.middlebox()).devices().get(end.device());
            String here = end.middlebox() + "/" + wiring.device();
            if (wiring.to() instanceof WireEnd.ToPort to) {
                String other = used.putIfAbsent(to.port(), here);
                if (other != null) {
                    faults.add("devices " + other + " and " + here + " are both wired to port '" + to.port() + "'");
                }
            } else if (wiring.to() instanceof WireEnd.ToDevice to) {
                farFault(to, new WireEnd.ToDevice(end.middlebox(), wiring.device()))
                        .ifPresent(faults::add);
            }
        }
        if (spec.spec().part().isPooled()) {
            return faults;
        }
        if (used.isEmpty()) {
            faults.add("chain '" + spec.name() + "' is wired to no external port");
        }
        if (faults.isEmpty()) {
            apart(spec).ifPresent(faults::add);
        }
        return faults;
    }

    /** The middleboxes that no wire leads to from an external port: wired in a circle, or beside the chain. */
    private Optional<String> apart(ChainSpec spec) {
        Set<Name> reached = new HashSet<>();
        List<End> open = new ArrayList<>(ends(spec).stream()
                .filter(end -> at(end) instanceof WireEnd.ToPort)
                .toList());
        while (!open.isEmpty()) {
            Name name = open.remove(open.size() - 1).middlebox();
            if (reached.add(name)) {
                ends(spec).stream()
                        .filter(end -> end.middlebox().equals(name))
                        .flatMap(end -> far(end).stream())
                        .forEach(open::add);
            }
        }
        List<String> apart = spec.spec().middleboxes().stream()
                .map(MiddleboxSpec::name)
                .filter(name -> !reached.contains(name))
                .map(Name::text)
                .toList();
        return apart.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "no wire leads from an external port to " + String.join(", ", apart) + ": wired in a circle");
    }

    private Optional<String> farFault(WireEnd.ToDevice to, WireEnd.ToDevice from) {
        MiddleboxSpec far = middleboxes.get(to.middlebox());
        if (far == null) {
            return Optional.of(from + " is wired to '" + to + "': the chain has no middlebox '" + to.middlebox() + "'");
        }
        int device = far.indexOf(to.device());
        if (device < 0) {
            return Optional.of(from + " is wired to '" + to + "': '" + to.middlebox() + "' has no device '"
                    + to.device() + "', but "
                    + String.join(
                            ", ",
                            far.devices().stream().map(DeviceWiring::device).toList()));
        }
        if (to.equals(from)) {
            return Optional.of(from + " is wired to itself");
        }
        WireEnd back = far.devices().get(device).to();
        return back.equals(from)
                ? Optional.empty()
                : Optional.of(from + " is wired to " + to + ", but " + to + " is wired to " + back);
    }

    private MiddleboxSpec middlebox(Name name) {
        MiddleboxSpec found = middleboxes.get(name);
        if (found == null) {
            throw new IllegalArgumentException("the chain has no middlebox '" + name + "'");
        }
        return found;
    }
}
