package org.flowstream.lowering;

import java.util.Optional;
import java.util.OptionalInt;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;

/** {@code device}: a device as the template names it; its number is stored, in decimal. */
record DeviceLowering() implements Lowering {
    @Override
    public String type() {
        return "device";
    }

    @Override
    public Optional<Value> lower(Given given) {
        ConfigText name = ConfigStrings.unquote(given.text());
        OptionalInt number = given.devices().find(name.text());
        if (number.isEmpty()) {
            String known = given.devices().names().isEmpty()
                    ? "the number of a device"
                    : "one of " + String.join(", ", given.devices().names());
            given.reporter().report(given.text(), "no such device: '" + name.text() + "' (expected " + known + ")");
            return Optional.empty();
        }
        return Optional.of(Value.text(Integer.toString(number.getAsInt())));
    }
}
