package org.flowstream.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.Instances;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.WireEnd;
import org.flowstream.net.EtherType;
import org.flowstream.net.MaskedValue;
import org.flowstream.net.MatchField;

/** What a chain must be like for its machines to come with packets of its flow. */
final class OnDemand {
    private static final int SIDES = 2;

    private OnDemand() {}

    /** What is wrong, one sentence each. */
    static List<String> faults(ChainSpec chain) {
        List<String> faults = new ArrayList<>();
        ChainSpec.Spec spec = chain.spec();
        String name = "chain '" + chain.name() + "'";
        long ports = spec.middleboxes().stream()
                .flatMap(it -> it.devices().stream())
                .filter(device -> device.to() instanceof WireEnd.ToPort)
                .count();
        if (ports != SIDES) {
            faults.add(
                    name + " is wired to " + ports + " external ports: one whose machines come with packets has two");
        }
        for (MiddleboxSpec middlebox : spec.middleboxes()) {
            if (middlebox.guest().isForeign()) {
                faults.add(name + ": middlebox '" + middlebox.name() + "' is a " + middlebox.guest()
                        + ", which no machine that waits can become, and which cannot hold first packets back: start it"
                        + " now");
            }
            boolean addressed = middlebox.devices().stream().anyMatch(it -> it.mode() == DeviceMode.ADDRESSED);
            if (addressed) {
                faults.add(name + ": middlebox '" + middlebox.name()
                        + "' has addresses of its own, which must be there before the first packet: start it now");
            }
        }
        if (spec.instances() != Instances.ONE) {
            faults.addAll(ofParts(spec, name));
        }
        return faults;
    }

    private static List<String> ofParts(ChainSpec.Spec spec, String name) {
        List<String> faults = new ArrayList<>();
        boolean ip4 = spec.flow().isOf(EtherType.IP);
        boolean ip6 = spec.flow().isOf(EtherType.IP6);
        if (!ip4 && !ip6) {
            faults.add(name + ": instances " + spec.instances()
                    + " are told apart by IP headers: the flow must say ip, ipv6, tcp, udp or the like");
        }
        Optional<MaskedValue> protocol = spec.flow().get(MatchField.IP_PROTO);
        if (ip6 && protocol.isEmpty()) {
            faults.add(name + ": instances " + spec.instances()
                    + " of all of IPv6 would take neighbour discovery: add a protocol, such as tcp6");
        }
        if (!spec.returnFlow().equals(spec.flow().reversed())) {
            faults.add(name + ": instances " + spec.instances()
                    + " need middleboxes that do not translate: what comes back would not tell which it is for");
        }
        return faults;
    }
}
