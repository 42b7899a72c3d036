package org.flowstream.firstpacket;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.pool.Pools;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.WorldException;

/**
 * Machines for the middleboxes of a chain, which nobody else takes, and which the loop leaves alone until they are given
 * back to it.
 *
 * @param machines in the order of the middleboxes
 * @param pooled whether they waited in a pool; else they were started for this
 */
record Taken(List<DeclaredChain> machines, boolean pooled) {
    /**
     * Takes those that wait; those that the loop is at work on are left to it, and others taken. Without any, starts some.
     *
     * @throws WorldException when none was ready in time, or the loop is at work on what was started
     */
    static Taken of(ChainSpec chain, Pools pools, Reconciler reconciler, Duration patience)
            throws InterruptedException {
        // Given back at the end alone: else the same ones would be taken again.
        List<DeclaredChain> passedOver = new ArrayList<>();
        try {
            Optional<List<DeclaredChain>> waiting = pools.take(chain);
            while (waiting.isPresent()) {
                if (reserve(waiting.get(), reconciler, Duration.ZERO)) {
                    return new Taken(waiting.get(), true);
                }
                passedOver.addAll(waiting.get());
                waiting = pools.take(chain);
            }
            List<DeclaredChain> made = pools.make(chain, patience)
                    .orElseThrow(() -> new WorldException("machines", "none was ready in time"));
            if (reserve(made, reconciler, patience)) {
                return new Taken(made, false);
            }
            passedOver.addAll(made);
            throw new WorldException("machines", "what was started is still being worked on");
        } finally {
            pools.giveBack(passedOver);
        }
    }

    private static boolean reserve(List<DeclaredChain> machines, Reconciler reconciler, Duration patience)
            throws InterruptedException {
        return reconciler.reserve(machines.stream().map(DeclaredChain::name).toList(), patience);
    }
}
