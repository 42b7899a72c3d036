package org.flowstream.lowering;

import java.util.OptionalInt;
import org.flowstream.net.MacAddress;
import org.flowstream.problem.BadValueException;

/** Ethernet addresses as configurations give them: written out, or by the name of a device whose address is meant. */
final class EtherAddresses {
    private static final int DEVICES_MAX = 256;

    private EtherAddresses() {}

    /**
     * Six bytes. What address a device has is known to its machine alone, so its number stands in for it; a number by
     * itself names no device here, for it may be a mistyped address.
     */
    static byte[] parse(String text, Devices devices) {
        OptionalInt device = text.matches("[0-9]+") ? OptionalInt.empty() : devices.find(text);
        if (device.isPresent() && device.getAsInt() < DEVICES_MAX) {
            return new byte[] {0x03, 'F', 'S', 'D', 0, (byte) device.getAsInt()};
        }
        return MacAddress.parse(text).toBytes();
    }

    static boolean isOne(String text, Devices devices) {
        try {
            parse(text, devices);
            return true;
        } catch (BadValueException e) {
            return false;
        }
    }
}
