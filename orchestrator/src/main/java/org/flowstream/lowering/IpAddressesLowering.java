package org.flowstream.lowering;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;
import org.flowstream.net.Ip4Address;
import org.flowstream.problem.BadValueException;

/** {@code ip-addresses}: IPv4 addresses parted by spaces or, where it is repeated, commas; four bytes each. */
record IpAddressesLowering() implements Lowering {
    @Override
    public String type() {
        return "ip-addresses";
    }

    @Override
    public Optional<Value> lower(Given given) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (ConfigText item : given.items()) {
            for (ConfigText word : ConfigStrings.words(ConfigStrings.unquote(item))) {
                try {
                    bytes.writeBytes(Ip4Address.parse(word.text()).toBytes());
                } catch (BadValueException e) {
                    given.reporter().report(word, given.argument().name() + ": " + e.getMessage());
                    return Optional.empty();
                }
            }
        }
        return Optional.of(Value.bytes(bytes.toByteArray()));
    }
}
