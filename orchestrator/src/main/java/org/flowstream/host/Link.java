package org.flowstream.host;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A network interface as the kernel shows it.
 *
 * @param kind {@code veth}, {@code tun}, {@code vlan} ...; empty for hardware
 * @param isUp whether it was set up
 * @param hasCarrier whether its link is up
 * @param peerIndex of a veth's other end, or of the interface it stands on
 * @param peerNamespace the kernel's number of the namespace that the other end is in; empty for the same one
 * @param master the bridge or bond it belongs to
 * @param alias a text that was attached to it, empty for none
 * @param addresses IPv4 and IPv6 with prefix length, but for link-local ones
 */
public record Link(
        int index,
        String name,
        String kind,
        boolean isUp,
        boolean hasCarrier,
        int mtu,
        OptionalInt peerIndex,
        OptionalInt peerNamespace,
        Optional<String> master,
        String alias,
        List<String> addresses) {
    public Link {
        addresses = List.copyOf(addresses);
    }

    static Link read(JsonNode json) {
        List<String> flags = new ArrayList<>();
        json.path("flags").forEach(flag -> flags.add(flag.asText()));
        List<String> addresses = new ArrayList<>();
        for (JsonNode address : json.path("addr_info")) {
            if (!address.path("scope").asText().equals("link") && address.has("local")) {
                addresses.add(address.path("local").asText() + "/"
                        + address.path("prefixlen").asInt());
            }
        }
        return new Link(
                json.path("ifindex").asInt(),
                json.path("ifname").asText(),
                json.path("linkinfo").path("info_kind").asText(""),
                flags.contains("UP"),
                flags.contains("LOWER_UP"),
                json.path("mtu").asInt(),
                number(json.path("link_index")),
                number(json.path("link_netnsid")),
                Optional.ofNullable(json.path("master").textValue()),
                json.path("ifalias").asText(""),
                addresses);
    }

    private static OptionalInt number(JsonNode value) {
        return value.isInt() ? OptionalInt.of(value.intValue()) : OptionalInt.empty();
    }
}
