package org.flowstream.reconcile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.PortName;
import org.flowstream.openflow.ObservedFlow;
import org.flowstream.openflow.PortCounters;
import org.flowstream.ovsdb.SwitchDatabase;
import org.flowstream.rules.Cookie;

/** What the switch counts of ours: at ports and at the rules by which chains are entered. */
final class SwitchCounts {
    /** The bits of a cookie that say it is ours and of which kind. */
    private static final long KIND_MASK = 0xffff_ff00_0000_0000L;

    private final SwitchDatabase database;
    private final BridgeLinks links;

    SwitchCounts(SwitchDatabase database, BridgeLinks links) {
        this.database = database;
        this.links = links;
    }

    private Map<PortName, Integer> numbers(BridgeName bridge) {
        return database.observe().bridge(bridge).map(SwitchPorts::numbers).orElse(Map.of());
    }

    /** What the switch lost at some ports; those that are not there are left out. */
    List<World.SwitchCount> lost(BridgeName bridge, List<PortName> wanted) {
        Map<PortName, Integer> numbers = numbers(bridge);
        Map<Integer, PortCounters> counters = links.connection(bridge).portCounters().stream()
                .collect(Collectors.toMap(PortCounters::number, each -> each, (first, second) -> first));
        List<World.SwitchCount> counts = new ArrayList<>();
        for (PortName port : wanted) {
            PortCounters found = counters.get(numbers.getOrDefault(port, -1));
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
        numbers(bridge).forEach((name, number) -> names.put(number, name));
        List<World.Entered> entered = new ArrayList<>();
        for (ObservedFlow flow :
                links.connection(bridge).flows(Cookie.of(Cookie.Kind.ENTER, 0).bits(), KIND_MASK)) {
            OptionalInt from = flow.rule().key().match().inPort();
            PortName port = from.isEmpty() ? null : names.get(from.getAsInt());
            if (port != null) {
                ChainId chain = new ChainId(new Cookie(flow.rule().cookie()).id());
                entered.add(new World.Entered(
                        chain, port, flow.rule().key(), counted(flow.packets()), counted(flow.bytes())));
            }
        }
        return entered;
    }

    /** A switch says -1 of what it does not count. */
    private static long counted(long value) {
        return Math.max(0, value);
    }

    Map<BridgeName, Boolean> connected() {
        return links.connected();
    }
}
