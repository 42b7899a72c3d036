package org.flowstream.lowering;

import java.util.Optional;
import org.flowstream.net.Ip6Address;

/** {@code ip6-address}: an IPv6 address (RFC 4291). */
record Ip6AddressLowering() implements Lowering {
    @Override
    public String type() {
        return "ip6-address";
    }

    @Override
    public Optional<Value> lower(Given given) {
        return Parsing.of(given, text -> Value.bytes(Ip6Address.parse(text).toBytes()));
    }
}
