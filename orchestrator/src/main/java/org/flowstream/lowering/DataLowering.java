package org.flowstream.lowering;

import java.util.Optional;
import org.flowstream.click.ConfigStrings;

/** {@code data}: a Click string as bytes. */
record DataLowering() implements Lowering {
    @Override
    public String type() {
        return "data";
    }

    @Override
    public Optional<Value> lower(Given given) {
        return Optional.of(Value.bytes(ConfigStrings.unquoteBytes(given.text())));
    }
}
