package org.flowstream.lowering;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import org.flowstream.click.ConfigText;

/**
 * Any number of arguments of one type that has a fixed size, their values in a row.
 *
 * @param type the name of the list's type
 * @param item how each of them is lowered
 */
record ListLowering(String type, Lowering item) implements Lowering {
    @Override
    public Optional<Value> lower(Given given) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean whole = true;
        for (ConfigText text : given.items()) {
            Optional<Value> value = item.lower(given.of(text));
            value.ifPresent(it -> bytes.writeBytes(it.bytes()));
            whole &= value.isPresent();
        }
        return whole ? Optional.of(Value.bytes(bytes.toByteArray())) : Optional.empty();
    }
}
