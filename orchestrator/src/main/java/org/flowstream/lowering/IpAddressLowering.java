package org.flowstream.lowering;

import java.util.Optional;
import org.flowstream.net.Ip4Address;

/** {@code ip-address}: an IPv4 address. */
record IpAddressLowering() implements Lowering {
    @Override
    public String type() {
        return "ip-address";
    }

    @Override
    public Optional<Value> lower(Given given) {
        return Parsing.of(given, text -> Value.bytes(Ip4Address.parse(text).toBytes()));
    }
}
