package org.flowstream.chain;

import org.flowstream.net.FlowMatch;

/** One thing that the switch is to do for a chain, before ports have numbers. */
public sealed interface RuleIntent {
    /** Frames of a flow that come by an external port are the chain's. */
    sealed interface Entry extends RuleIntent {
        Place.External from();

        FlowMatch match();
    }

    /** Frames of a flow that come by an external port enter the chain here. */
    record Enter(Place.External from, FlowMatch match, Target to) implements Entry {}

    /**
     * Frames of a flow that come by an external port and are of no instance yet: their first ones make one, by a lease that
     * is renewed while somebody listens; without it they meet the failure policy.
     *
     * @param byConnection whether an instance serves one connection, so that of a fragment the first alone tells whose it is
     * @param running whether the chain is to run: of one that is stopped, first packets make nothing
     */
    record Await(Place.External from, FlowMatch match, Target policy, boolean byConnection, boolean running)
            implements Entry {}

    /** All that leaves a machine by this device goes on from here, whatever its headers. */
    record Leave(Place.Tap from, Target to) implements RuleIntent {}

    /**
     * Probe frames (EtherType 0x88B5): those that leave the machine by this device go to the daemon, and those that come
     * from elsewhere for this device's address are dropped.
     */
    record Probe(Place.Tap at) implements RuleIntent {}
}
