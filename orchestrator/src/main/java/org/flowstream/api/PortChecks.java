package org.flowstream.api;

import java.util.List;
import java.util.Optional;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.Owner;
import org.flowstream.model.PortName;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.PortFacts;
import org.flowstream.reconcile.World;
import org.flowstream.reconcile.WorldException;

/** What is looked at before an interface becomes an external port. */
final class PortChecks {
    private final Declarations declarations;
    private final World world;

    PortChecks(Declarations declarations, World world) {
        this.declarations = declarations;
        this.world = world;
    }

    /** A port that may be declared, and what is to be said of it. */
    record Checked(ExternalPort port, List<String> warnings) {}

    /**
     * The port as it would be declared; refused when the host itself uses the interface, or another bridge has it.
     *
     * @param session the SSH_CONNECTION of the person who asks; may be empty
     */
    Checked check(PortName name, BridgeName bridge, Owner owner, boolean moveAddresses, String session) {
        PortFacts facts;
        try {
            facts = world.examine(name, moveAddresses, session);
        } catch (WorldException e) {
            throw ChainResource.unavailable(e);
        }
        Optional<ExternalPort> before = declarations.port(name);
        if (before.isEmpty()) {
            facts.refusal().ifPresent(refusal -> {
                throw ApiProblem.refused(refusal.reason(), refusal.cure());
            });
        }
        boolean elsewhere = facts.bridge().isPresent() && !facts.bridge().get().equals(bridge);
        if (elsewhere) {
            throw ApiProblem.conflict(
                    "port '" + name + "' is on bridge '" + facts.bridge().get() + "'",
                    "flowstream port add " + name + " --bridge "
                            + facts.bridge().get());
        }
        boolean ours = before.map(ExternalPort::addedByUs).orElse(facts.bridge().isEmpty() || facts.tagged());
        ExternalPort port = new ExternalPort(
                name,
                bridge,
                before.map(ExternalPort::owner).orElse(owner),
                ours,
                before.map(ExternalPort::offloadsOff).orElse(facts.offloadsOff()));
        return new Checked(port, facts.warnings());
    }
}
