package org.flowstream.reconcile;

import java.util.List;
import java.util.Optional;
import org.flowstream.model.BridgeName;

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
}
