package org.flowstream.api;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.flowstream.model.DeclaredChain;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Pass;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.WorldException;

/** How requests wait until chains are as asked, and what they say when that does not come about. */
final class ChainWaits {
    private final Declarations declarations;
    private final Reconciler reconciler;

    ChainWaits(Declarations declarations, Reconciler reconciler) {
        this.declarations = declarations;
        this.reconciler = reconciler;
    }

    /** Why a chain will not come about by itself; empty while it may. */
    Optional<String> failure(DeclaredChain chain) {
        if (declarations.chain(chain.name()).isEmpty()) {
            return Optional.of("it was removed");
        }
        return chain.machines().values().stream()
                .flatMap(id -> reconciler.failure(id).stream())
                .findFirst()
                .or(() -> reconciler.trouble(chain.name()));
    }

    /** What a chain was waited for in vain. */
    String late(DeclaredChain chain, Duration patience) {
        String waitedFor = reconciler
                .obstacle()
                .map(WorldException::reason)
                .or(() -> reconciler.latest().flatMap(pass -> pass.blocked(chain.name())))
                .orElse("its health levels do not all hold (flowstream logs, flowstream inspect)");
        return "not ready after " + patience.toSeconds() + " s: " + waitedFor;
    }

    /** What keeps the world from being as asked, as a problem. */
    ApiProblem stuck(String what) {
        String why = reconciler.obstacle().map(e -> ": " + e.reason()).orElse("; it goes on");
        return ApiProblem.unavailable(what + why, "flowstream events; flowstream status");
    }

    boolean gone(DeclaredChain chain, Duration patience) throws InterruptedException {
        return patience.isZero()
                || reconciler.await(pass -> pass.isGone(chain), patience).isPresent();
    }

    /** Waits until chains are ready; without patience not at all. */
    void ready(List<DeclaredChain> chains, Duration patience, Predicate<Pass> more) throws InterruptedException {
        if (patience.isZero() || chains.isEmpty()) {
            return;
        }
        Optional<Pass> ready = reconciler.await(
                pass -> (chains.stream().allMatch(chain -> pass.isSettled(chain.name())) && more.test(pass))
                        || chains.stream().anyMatch(chain -> failure(chain).isPresent()),
                patience);
        for (DeclaredChain chain : chains) {
            Optional<String> failure = failure(chain);
            if (failure.isPresent()) {
                throw ApiProblem.refused(chain.name() + ": " + failure.get(), "flowstream logs " + chain.name());
            }
        }
        if (ready.isEmpty()) {
            DeclaredChain late = chains.stream()
                    .filter(chain -> reconciler
                            .latest()
                            .filter(pass -> pass.isSettled(chain.name()))
                            .isEmpty())
                    .findFirst()
                    .orElse(chains.get(0));
            throw ApiProblem.unavailable(
                    late.name() + " is " + late(late, patience), "flowstream inspect " + late.name());
        }
    }

    /** Waits until the switch has a chain's rules as they are declared now. */
    void steered(DeclaredChain chain, Duration patience) throws InterruptedException {
        // Until its first ready a chain changes nothing in the switch: there is nothing to wait for.
        boolean steered = patience.isZero()
                || !chain.wasReady()
                || reconciler
                        .await(pass -> pass.isSteered(chain.name()), patience)
                        .isPresent();
        if (!steered) {
            throw stuck(
                    "the rules of chain '" + chain.name() + "' are not as asked after " + patience.toSeconds() + " s");
        }
    }
}
