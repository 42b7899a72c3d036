package org.flowstream.firstpacket;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.chain.RuleIntent;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.Name;
import org.flowstream.model.PortName;
import org.flowstream.reconcile.World;
import org.flowstream.reconcile.WorldException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Packets that get no instance: they meet the failure policy, as they would by the switch with nobody listening. */
final class Shed {
    private static final Logger LOG = LoggerFactory.getLogger(Shed.class);

    private final World world;
    private final Map<Name, Map<ShedReason, Long>> counts = new HashMap<>();

    Shed(World world) {
        this.world = world;
    }

    /** How many packets were shed since the daemon's start, by chain. */
    synchronized Map<Name, Map<ShedReason, Long>> counts() {
        Map<Name, Map<ShedReason, Long>> copy = new TreeMap<>();
        counts.forEach((chain, reasons) -> copy.put(chain, new EnumMap<>(reasons)));
        return copy;
    }

    /** Forgets all chains but these. */
    synchronized void keepOnly(Set<Name> chains) {
        counts.keySet().retainAll(chains);
    }

    synchronized void count(DeclaredChain chain, ShedReason reason, long packets) {
        counts.computeIfAbsent(chain.name(), name -> new EnumMap<>(ShedReason.class))
                .merge(reason, packets, Long::sum);
    }

    void all(Entrances.Entrance entrance, List<SetUp.Held> packets, ShedReason reason) {
        Map<PortName, Integer> numbers = world.numbers(entrance.plan().bridge());
        for (SetUp.Held packet : packets) {
            Integer inPort = numbers.get(entrance.ports().get(packet.side()));
            if (inPort != null) {
                shed(entrance, inPort, packet.bytes(), reason);
            }
        }
    }

    void shed(Entrances.Entrance entrance, int inPort, byte[] bytes, ShedReason reason) {
        count(entrance.chain(), reason, 1);
        Map<PortName, Integer> numbers = world.numbers(entrance.plan().bridge());
        entrance.plan().intents(RuleIntent.Await.class).stream()
                .filter(await -> numbers.getOrDefault(await.from().port(), -1) == inPort)
                .flatMap(await -> await.policy().places().stream())
                .findFirst()
                .ifPresent(place -> send(entrance.chain(), inPort, numbers.get(place.port()), bytes));
    }

    /** Sends a packet into an instance whose rules are there already. */
    void towards(DeclaredChain instance, int inPort, byte[] bytes, Map<PortName, Integer> numbers) {
        Optional<Integer> port = ChainCompiler.compile(instance).intents(RuleIntent.Enter.class).stream()
                .filter(enter -> numbers.getOrDefault(enter.from().port(), -1) == inPort)
                .flatMap(enter -> enter.to().places().stream())
                .findFirst()
                .map(place -> numbers.get(place.port()));
        send(instance, inPort, port.orElse(null), bytes);
    }

    private void send(DeclaredChain chain, int inPort, @org.jspecify.annotations.Nullable Integer port, byte[] bytes) {
        if (port == null) {
            return;
        }
        try {
            world.send(chain.spec().spec().bridge(), inPort, port, bytes);
        } catch (WorldException e) {
            count(chain, ShedReason.UNSENT, 1);
            LOG.debug("a packet of chain {} is lost: {}", chain.name(), e.getMessage());
        }
    }
}
