package org.flowstream.lowering;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.flowstream.net.Ip6Address;
import org.flowstream.net.Ip6Prefix;
import org.flowstream.problem.BadValueException;

/** {@code ip6-prefix}: address and prefix length; the address keeps the bits behind the prefix. */
record Ip6PrefixLowering() implements Lowering {
    static final int BYTES = 17;

    @Override
    public String type() {
        return "ip6-prefix";
    }

    @Override
    public Optional<Value> lower(Given given) {
        return Parsing.of(given, text -> Value.bytes(parse(text)));
    }

    /** Seventeen bytes: the address, then the prefix length, 128 for a bare address. */
    static byte[] parse(String text) {
        int slash = text.indexOf('/');
        try {
            Ip6Address address = Ip6Address.parse(slash < 0 ? text : text.substring(0, slash));
            int length = slash >= 0 && text.indexOf(':', slash) >= 0
                    ? lengthOf(Ip6Address.parse(text.substring(slash + 1)))
                    : Ip6Prefix.parse(text).length();
            if (length < 0) {
                throw BadValueException.of("a mask with holes");
            }
            return ByteBuffer.allocate(BYTES)
                    .put(address.toBytes())
                    .put((byte) length)
                    .array();
        } catch (BadValueException e) {
            throw BadValueException.expected(text, "an IPv6 prefix such as 2001:db8::/32");
        }
    }

    /** How many bits a mask fixes; -1 when it has holes. */
    private static int lengthOf(Ip6Address mask) {
        int length = Long.numberOfLeadingZeros(~mask.high());
        length += length == Long.SIZE ? Long.numberOfLeadingZeros(~mask.low()) : 0;
        return new Ip6Prefix(mask, length).mask().equals(mask) ? length : -1;
    }
}
