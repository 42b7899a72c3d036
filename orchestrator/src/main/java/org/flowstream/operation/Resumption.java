package org.flowstream.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.Name;
import org.flowstream.model.Operation;
import org.flowstream.model.RunState;
import org.flowstream.reconcile.Declarations;

/** What the goals of an operation are that an earlier daemon began: told from what is declared, where it can be. */
final class Resumption {
    /** The outcome of what cannot be gone on with. */
    static final String LOST = "the daemon ended before it was done, and nobody can tell how far it came: ask again";

    private final Declarations declarations;

    Resumption(Declarations declarations) {
        this.declarations = declarations;
    }

    /** The goals; empty when what was declared does not tell whether it was done. */
    Optional<List<Goal>> goals(Operation operation) {
        List<DeclaredChain> chains = operation.chains().stream()
                .flatMap(name -> declarations.chain(name).stream())
                .toList();
        boolean complete = chains.size() == operation.chains().size();
        return switch (operation.kind()) {
            case RUN, START -> complete ? Optional.of(ready(chains)) : Optional.empty();
            case APPLY -> Optional.of(orCleared(ready(running(chains)), complete));
            case STOP ->
                Optional.of(orCleared(chains.stream().map(Goal.Off::new).toList(), complete));
            case SUSPEND ->
                Optional.of(orCleared(chains.stream().map(Goal.Halted::new).toList(), complete));
            case REMOVE -> Optional.of(orCleared(List.of(), false));
            case BYPASS, RESUME ->
                Optional.of(operation.chains().stream()
                        .<Goal>map(name -> new Goal.Steered(name, wasReady(name)))
                        .toList());
            // Whoever takes up its trial ends it.
            case RECONFIGURE ->
                declarations.trials().stream()
                                .anyMatch(trial -> operation.chains().contains(trial.chain()))
                        ? Optional.of(List.of())
                        : Optional.empty();
            case RESTART, UPGRADE -> Optional.empty();
        };
    }

    private boolean wasReady(Name name) {
        return declarations.chain(name).filter(DeclaredChain::wasReady).isPresent();
    }

    private static List<DeclaredChain> running(List<DeclaredChain> chains) {
        return chains.stream()
                .filter(chain -> chain.spec().spec().state() == RunState.RUNNING)
                .toList();
    }

    private static List<Goal> ready(List<DeclaredChain> chains) {
        return chains.stream()
                .<Goal>map(chain -> new Goal.Ready(chain.spec(), true))
                .toList();
    }

    /** What was struck out is told by nothing else than that nothing of it is left. */
    private List<Goal> orCleared(List<? extends Goal> of, boolean complete) {
        List<Goal> goals = new ArrayList<>(of);
        if (!complete || goals.isEmpty()) {
            goals.add(new Goal.Cleared(declarations));
        }
        return goals;
    }
}
