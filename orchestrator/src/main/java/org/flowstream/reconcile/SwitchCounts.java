package org.flowstream.reconcile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.PortName;
import org.flowstream.openflow.ObservedFlow;
import org.flowstream.openflow.PortCounters;
import org.flowstream.rules.Cookie;

/** What the switch counts of ours: at ports and at the rules by which chains are entered. */
final class SwitchCounts {
    private final BridgeLinks links;
    private final Function<BridgeName, Map<PortName, Integer>> numbers;

    /** @param numbers of the ports of a bridge */
    SwitchCounts(BridgeLinks links, Function<BridgeName, Map<PortName, Integer>> numbers) {
        this.links = links;
        this.numbers = numbers;
    }

    /** What the switch lost at some ports; those that are not there are left out. */
    List<World.SwitchCount> lost(BridgeName bridge, List<PortName> wanted) {
        Map<PortName, Integer> known = numbers.apply(bridge);
        Map<Integer, PortCounters> counters = links.connection(bridge).portCounters().stream()
                .collect(Collectors.toMap(PortCounters::number, each -> each, (first, second) -> first));
        List<World.SwitchCount> counts = new ArrayList<>();
        for (PortName port : wanted) {
            PortCounters found = counters.get(known.getOrDefault(port, -1));
            if (found != null) {
                counts.add(new World.SwitchCount(
                        port,
                        Math.max(0, found.receiveDropped()) + Math.max(0, found.receiveErrors()),
                        Math.max(0, found.sendDropped()) + Math.max(0, found.sendErrors())));
            }
        }
        return counts;
    }

    /** What entered the bridge's chains, each rule by itself; one question to the switch. */
    List<World.Entered> entered(BridgeName bridge) {
        Map<Integer, PortName> names = new HashMap<>();
        numbers.apply(bridge).forEach((name, number) -> names.put(number, name));
        List<World.Entered> entered = new ArrayList<>();
        for (ObservedFlow flow : entries(bridge)) {
            OptionalInt from = flow.rule().key().match().inPort();
            PortName port = from.isEmpty() ? null : names.get(from.getAsInt());
            if (port != null) {
                entered.add(new World.Entered(
                        chain(flow), port, flow.rule().key(), counted(flow.packets()), counted(flow.bytes())));
            }
        }
        return entered;
    }

    /** How many packets entered by the rules of each chain, also from ports that are no more. */
    Map<ChainId, Long> packets(BridgeName bridge) {
        return entries(bridge).stream()
                .collect(Collectors.toMap(SwitchCounts::chain, flow -> counted(flow.packets()), Long::sum));
    }

    private List<ObservedFlow> entries(BridgeName bridge) {
        return links.connection(bridge).flows(Cookie.of(Cookie.Kind.ENTER, 0).bits(), Cookie.KIND_MASK);
    }

    private static ChainId chain(ObservedFlow flow) {
        return new ChainId(new Cookie(flow.rule().cookie()).id());
    }

    /** A switch says -1 of what it does not count. */
    private static long counted(long value) {
        return Math.max(0, value);
    }

    Map<BridgeName, Boolean> connected() {
        return links.connected();
    }
}
