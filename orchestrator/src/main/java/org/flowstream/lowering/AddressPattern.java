package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.List;
import org.flowstream.net.Ip4Address;
import org.flowstream.net.Ip6Address;

/**
 * An address with a mask, as the words of a header.
 *
 * @param values the words, the first of the address first
 * @param masks the bits of each that count
 */
record AddressPattern(List<Integer> values, List<Integer> masks) {
    AddressPattern {
        values = List.copyOf(values);
        masks = List.copyOf(masks);
    }

    static AddressPattern of(Ip4Address address, Ip4Address mask) {
        return new AddressPattern(List.of(address.bits()), List.of(mask.bits()));
    }

    static AddressPattern of(Ip6Address address, Ip6Address mask) {
        return new AddressPattern(words(address), words(mask));
    }

    private static List<Integer> words(Ip6Address address) {
        return List.of(address.word(0), address.word(1), address.word(2), address.word(3));
    }

    AddressPattern withMasks(List<Integer> newMasks) {
        return new AddressPattern(values, newMasks);
    }

    /** That the address at {@code offset} of the network header is such a one; or that it is not. */
    Condition at(int offset, boolean negative) {
        List<Condition> parts = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            int mask = masks.get(i);
            int value = values.get(i) & mask;
            if (mask != 0) {
                parts.add(word(offset + 4 * i, value, mask, negative));
            }
        }
        return negative ? new Condition.Any(parts) : new Condition.All(parts);
    }

    private static Condition word(int offset, int value, int mask, boolean negative) {
        boolean prefix = (~mask & (~mask + 1)) == 0;
        Word word = Word.network(offset, prefix ? -1 : mask);
        long low = Integer.toUnsignedLong(value);
        long high = prefix ? Integer.toUnsignedLong(value | ~mask) : low;
        return negative ? Condition.outside(word, low, high) : new Condition.Test(word, low, high);
    }
}
