package org.flowstream.firstpacket;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.RuleIntent;
import org.flowstream.model.ChainId;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.PortName;
import org.flowstream.model.RunState;
import org.flowstream.reconcile.Declarations;

/** The chains whose machines come with packets, by the ids that their rules' cookies carry. */
final class Entrances {
    private Map<ChainId, Entrance> entrances = Map.of();
    private List<DeclaredChain> of = List.of();

    /** One chain, compiled: its external ports are where packets come from. */
    record Entrance(DeclaredChain chain, ChainPlan plan, List<PortName> ports) {
        static Entrance of(DeclaredChain chain) {
            ChainPlan plan = ChainCompiler.compile(chain);
            return new Entrance(
                    chain,
                    plan,
                    plan.intents(RuleIntent.Await.class).stream()
                            .map(await -> await.from().port())
                            .toList());
        }

        /** Which side a port is; empty for one that is none. */
        Optional<Integer> side(int number, Map<PortName, Integer> numbers) {
            for (int side = 0; side < ports.size(); side++) {
                if (numbers.getOrDefault(ports.get(side), -1) == number) {
                    return Optional.of(side);
                }
            }
            return Optional.empty();
        }
    }

    /** Those that are declared now. */
    synchronized List<Entrance> look(Declarations declarations) {
        List<DeclaredChain> now = declarations.chains().stream()
                .filter(chain -> chain.spec().spec().isOnDemand())
                .filter(chain -> !chain.spec().spec().bypassed())
                .filter(chain -> chain.spec().spec().state() == RunState.RUNNING)
                .toList();
        if (!now.equals(of)) {
            Map<ChainId, Entrance> compiled = new HashMap<>();
            now.forEach(chain -> compiled.put(chain.id(), Entrance.of(chain)));
            of = now;
            entrances = compiled;
        }
        return new ArrayList<>(entrances.values());
    }

    /** The chain of an id, as it is declared now. */
    synchronized Optional<Entrance> of(long id, Declarations declarations) {
        ChainId chain = new ChainId(id);
        Entrance known = entrances.get(chain);
        if (known == null || !declarations.isStill(known.chain())) {
            look(declarations);
        }
        return Optional.ofNullable(entrances.get(chain));
    }
}
