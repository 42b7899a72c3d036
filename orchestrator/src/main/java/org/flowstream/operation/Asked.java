package org.flowstream.operation;

import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.Name;
import org.flowstream.model.Operation;
import org.flowstream.model.Owner;

/**
 * What an operation is begun with.
 *
 * @param subject as {@link Operation#subject}
 * @param chains that it changes
 * @param since the number of the latest event before it was asked: what came after belongs to it
 * @param goals that together make it done; empty for one that whoever does it ends
 */
public record Asked(
        Operation.Kind kind, Owner owner, String subject, List<Name> chains, long since, List<Goal> goals, Undo undo) {
    public Asked {
        chains = List.copyOf(chains);
        goals = List.copyOf(goals);
    }

    /**
     * Something asked of several chains.
     *
     * @param owners of the chains, by their names
     */
    public static Asked of(
            Operation.Kind kind,
            String subject,
            SortedMap<Name, Owner> owners,
            long since,
            List<Goal> goals,
            Undo undo) {
        Set<Owner> different = Set.copyOf(owners.values());
        return new Asked(
                kind,
                different.size() == 1 ? different.iterator().next() : Owner.OPERATOR,
                subject,
                List.copyOf(owners.keySet()),
                since,
                goals,
                undo);
    }

    /** Something asked of one chain. */
    public static Asked of(Operation.Kind kind, DeclaredChain chain, long since, Goal goal, Undo undo) {
        return new Asked(
                kind, chain.spec().owner(), chain.name().toString(), List.of(chain.name()), since, List.of(goal), undo);
    }
}
