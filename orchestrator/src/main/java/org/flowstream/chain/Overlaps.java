package org.flowstream.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.model.DeclaredChain;

/**
 * Chains whose flows cannot be told apart: at one port of one bridge some frame would enter both, and neither comes first
 * by its priority.
 */
public final class Overlaps {
    private Overlaps() {}

    /**
     * What a chain overlaps with, one sentence each.
     *
     * @param others the chains that stand beside it; itself among them is passed over
     */
    public static List<String> of(DeclaredChain chain, List<DeclaredChain> others) {
        List<String> found = new ArrayList<>();
        ChainPlan plan = ChainCompiler.compile(chain);
        for (DeclaredChain other : others) {
            if (!other.name().equals(chain.name())
                    && other.spec().spec().part().isWhole()
                    && other.spec().spec().bridge().equals(plan.bridge())
                    && other.spec().spec().priority() == plan.priority()) {
                overlap(plan, ChainCompiler.compile(other)).ifPresent(found::add);
            }
        }
        return found;
    }

    private static Optional<String> overlap(ChainPlan one, ChainPlan other) {
        for (RuleIntent.Entry ours : one.intents(RuleIntent.Entry.class)) {
            for (RuleIntent.Entry theirs : other.intents(RuleIntent.Entry.class)) {
                if (ours.from().equals(theirs.from()) && ours.match().meets(theirs.match())) {
                    return Optional.of("chain '" + one.name() + "' overlaps with chain '" + other.name()
                            + "': at port '" + ours.from().port() + "' both take "
                            + (ours.match().isAny() || theirs.match().isAny()
                                    ? "all of " + quoted(ours.match().isAny() ? theirs : ours)
                                    : "what is of " + quoted(ours) + " and of " + quoted(theirs))
                            + ", both with priority " + one.priority());
                }
            }
        }
        return Optional.empty();
    }

    private static String quoted(RuleIntent.Entry entry) {
        return entry.match().isAny() ? "the traffic" : "'" + entry.match() + "'";
    }
}
