package org.flowstream.lowering;

import java.util.Optional;
import org.flowstream.click.ConfigStrings;

/** {@code string}: a Click string, quotes removed; it holds no zero byte, since it is a C string in the runtime. */
record StringLowering() implements Lowering {
    @Override
    public String type() {
        return "string";
    }

    @Override
    public Optional<Value> lower(Given given) {
        byte[] bytes = ConfigStrings.unquoteBytes(given.text());
        for (byte each : bytes) {
            if (each == 0) {
                given.expected("a string without a zero byte");
                return Optional.empty();
            }
        }
        return Optional.of(Value.text(bytes));
    }
}
