package org.flowstream.lowering;

import java.util.Optional;
import org.flowstream.net.MacAddress;

/** {@code ether-address}: an Ethernet address. */
record EtherAddressLowering() implements Lowering {
    @Override
    public String type() {
        return "ether-address";
    }

    @Override
    public Optional<Value> lower(Given given) {
        return Parsing.of(given, text -> Value.bytes(MacAddress.parse(text).toBytes()));
    }
}
