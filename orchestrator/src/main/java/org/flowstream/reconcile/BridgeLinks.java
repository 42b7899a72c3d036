package org.flowstream.reconcile;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.flowstream.model.BridgeName;
import org.flowstream.openflow.OpenFlowConnection;
import org.flowstream.openflow.SwitchEvents;
import org.flowstream.openflow.SwitchLink;
import org.flowstream.ovsdb.SwitchAddress;

/** The OpenFlow connections to the bridges that matter, each made when it is first asked for and kept from then on. */
final class BridgeLinks implements AutoCloseable {
    /** A bridge that was made just now has its socket within milliseconds. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final SwitchAddress address;
    private final SwitchEvents events;
    private final Duration bound;
    private final Consumer<BridgeName> renewed;
    private final Map<BridgeName, SwitchLink> links = new ConcurrentHashMap<>();

    /** @param renewed called with each bridge that is connected anew, the first time included */
    BridgeLinks(SwitchAddress address, SwitchEvents events, Duration bound, Consumer<BridgeName> renewed) {
        this.address = address;
        this.events = events;
        this.bound = bound;
        this.renewed = renewed;
    }

    /** The live connection to a bridge. */
    OpenFlowConnection connection(BridgeName bridge) {
        return links.computeIfAbsent(
                        bridge,
                        name -> new SwitchLink(
                                address.management(name), events, bound, connection -> renewed.accept(name)))
                .connection(PATIENCE);
    }

    /** The bridges that were asked for, and whether each is connected now. */
    Map<BridgeName, Boolean> connected() {
        Map<BridgeName, Boolean> connected = new TreeMap<>();
        links.forEach((bridge, link) -> connected.put(bridge, link.isConnected()));
        return connected;
    }

    /** Ends the connection to a bridge that goes. */
    void close(BridgeName bridge) {
        SwitchLink link = links.remove(bridge);
        if (link != null) {
            link.close();
        }
    }

    @Override
    public void close() {
        links.keySet().forEach(this::close);
    }
}
