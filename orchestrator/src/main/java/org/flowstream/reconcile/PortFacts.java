package org.flowstream.reconcile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.host.HostException;
import org.flowstream.host.PortExamination;
import org.flowstream.model.BridgeName;
import org.flowstream.model.PortName;
import org.flowstream.ovsdb.Datapath;

/**
 * What is to be known of a port before it is declared.
 *
 * @param bridge the bridge that holds it now; empty for none
 * @param tagged whether we put it there
 * @param refusal why it may not be taken, with what would do instead; empty when it may
 * @param warnings what the user should know of it
 * @param offloadsOff features of {@code ethtool -K} that are to be switched off while it is ours
 */
public record PortFacts(
        Optional<BridgeName> bridge,
        boolean tagged,
        Optional<Refusal> refusal,
        List<String> warnings,
        List<String> offloadsOff) {
    public PortFacts {
        warnings = List.copyOf(warnings);
        offloadsOff = List.copyOf(offloadsOff);
    }

    /** Why a port may not be taken. */
    public record Refusal(String reason, String cure) {}

    /** Of a port whose host is another than ours: the switch will say whether it can open it. */
    static PortFacts elsewhere(Optional<SwitchPorts.Place> place) {
        return new PortFacts(
                place.map(SwitchPorts.Place::bridge),
                place.map(SwitchPorts.Place::tagged).orElse(false),
                Optional.empty(),
                List.of(),
                List.of());
    }

    /**
     * Looks at a port's interface.
     *
     * @param place the bridge that holds it now
     * @param consent whether it may be taken although it carries what the host uses
     * @param session the asker's {@code SSH_CONNECTION}; may be empty
     */
    static PortFacts gather(Optional<SwitchPorts.Place> place, PortName port, boolean consent, String session) {
        Optional<BridgeName> bridge = place.map(SwitchPorts.Place::bridge);
        boolean tagged = place.map(SwitchPorts.Place::tagged).orElse(false);
        PortExamination found;
        try {
            found = PortExamination.of(port, session);
        } catch (HostException e) {
            // A port of the switch alone, such as a tunnel or a patch, has no interface to be looked at.
            Optional<Refusal> refusal = place.isPresent()
                    ? Optional.empty()
                    : Optional.of(new Refusal(String.valueOf(e.getMessage()), "ip link; ovs-vsctl show"));
            return new PortFacts(bridge, tagged, refusal, List.of(), List.of());
        }
        Optional<Refusal> refusal = place.isPresent() ? Optional.empty() : refusal(found, consent);
        List<String> warnings = warnings(found);
        if (place.isEmpty() && refusal.isEmpty() && !found.obstacles().isEmpty()) {
            warnings.add(0, String.join("; ", found.obstacles()) + ": " + left(HostSwitch.datapath()));
        }
        return new PortFacts(bridge, tagged, refusal, warnings, found.joining());
    }

    /** What becomes of what the host had on an interface that is taken all the same. */
    static String left(Datapath datapath) {
        return switch (datapath) {
            case KERNEL -> "left as it is, without effect until port rm";
            case USER ->
                "left as it is; with the user-space datapath the host goes on answering there, beside what the switch"
                        + " does with the same packets";
        };
    }

    private static Optional<Refusal> refusal(PortExamination found, boolean consent) {
        String name = found.link().name();
        if (found.master().isPresent()) {
            String master = found.master().get();
            return Optional.of(new Refusal(
                    "interface '" + name + "' belongs to " + master,
                    "take it off first (ip link set dev " + name + " nomaster), or use another interface"));
        }
        List<String> obstacles = found.obstacles();
        return obstacles.isEmpty() || consent
                ? Optional.empty()
                : Optional.of(new Refusal(
                        String.join("; ", obstacles),
                        "put it on a bridge of your own and join that one to ours by a patch port (ovs-vsctl add-port"
                                + " YOURS to-fs -- set interface to-fs type=patch options:peer=to-yours, and likewise the"
                                + " other way), or consent with --move-addresses"));
    }

    private static List<String> warnings(PortExamination found) {
        List<String> warnings = new ArrayList<>();
        if (!found.link().isUp()) {
            String name = found.link().name();
            warnings.add("interface '" + name + "' is down: nothing passes it; cure: ip link set dev " + name + " up");
        }
        // The kernel's own datapath finishes checksums and segments on the way.
        if (HostSwitch.datapath() == Datapath.USER) {
            found.farEnd()
                    .filter(far -> !far.unfinished().isEmpty())
                    .ifPresent(far -> warnings.add("the far end " + far.name()
                            + " leaves checksums and segments unfinished (" + String.join(", ", far.unfinished())
                            + "): TCP stalls in the user-space switch; cure, for whoever owns that end: "
                            + far.cure()));
        }
        return warnings;
    }
}
