package org.flowstream.lowering;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Pattern;
import org.flowstream.net.Ip4Address;
import org.flowstream.net.Ip4Prefix;
import org.flowstream.problem.BadValueException;

/**
 * {@code ip-prefix}: address and mask; the address keeps the bits behind the prefix, a mask may have holes. In front of
 * a slash trailing zero octets may be left out, as in {@code 0/0} and {@code 18.26.4/24}.
 */
record IpPrefixLowering() implements Lowering {
    private static final Pattern SHORT = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){0,2}/.*");

    @Override
    public String type() {
        return "ip-prefix";
    }

    @Override
    public Optional<Value> lower(Given given) {
        return Parsing.of(given, text -> Value.bytes(parse(text)));
    }

    /** Eight bytes: the address, then the mask; a bare address has all bits of the mask set. */
    static byte[] parse(String given) {
        String text = SHORT.matcher(given).matches() ? whole(given) : given;
        int slash = text.indexOf('/');
        try {
            Ip4Address address = Ip4Address.parse(slash < 0 ? text : text.substring(0, slash));
            Ip4Address mask = slash < 0
                    ? new Ip4Address(-1)
                    : text.indexOf('.', slash) < 0
                            ? Ip4Prefix.parse(text).mask()
                            : Ip4Address.parse(text.substring(slash + 1));
            return ByteBuffer.allocate(8)
                    .putInt(address.bits())
                    .putInt(mask.bits())
                    .array();
        } catch (BadValueException e) {
            throw BadValueException.expected(given, "an IPv4 prefix such as 192.0.2.0/24 or 192.0.2.0/255.255.255.0");
        }
    }

    private static String whole(String prefix) {
        int slash = prefix.indexOf('/');
        long dots = prefix.substring(0, slash).chars().filter(c -> c == '.').count();
        return prefix.substring(0, slash) + ".0".repeat(3 - (int) dots) + prefix.substring(slash);
    }
}
