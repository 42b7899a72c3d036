package org.flowstream.lowering;

import java.util.Optional;
import org.flowstream.net.EtherType;

/** {@code ether-type}: an EtherType, by number or name. */
record EtherTypeLowering() implements Lowering {
    @Override
    public String type() {
        return "ether-type";
    }

    @Override
    public Optional<Value> lower(Given given) {
        return Parsing.of(given, text -> Value.integer(EtherType.parse(text).value()));
    }
}
