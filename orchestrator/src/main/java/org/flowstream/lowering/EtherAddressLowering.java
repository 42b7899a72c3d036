package org.flowstream.lowering;

import java.util.Optional;

/** {@code ether-address}: an Ethernet address, or the name of the device that has it. */
record EtherAddressLowering() implements Lowering {
    @Override
    public String type() {
        return "ether-address";
    }

    @Override
    public Optional<Value> lower(Given given) {
        return Parsing.of(given, text -> Value.bytes(EtherAddresses.parse(text, given.devices())));
    }
}
