package org.flowstream.lowering;

import java.util.OptionalInt;

/**
 * A header field that a pattern may compare.
 *
 * @param name how messages call it
 * @param source the header it is in
 * @param offset of its word in that header
 * @param shift how many bits of the word lie below it
 * @param bits its width
 * @param protocol the protocol that a packet must be of to have it
 */
record PacketField(String name, Word.Source source, int offset, int shift, int bits, OptionalInt protocol) {
    static PacketField network(String name, int offset, int shift, int bits) {
        return new PacketField(name, Word.Source.NETWORK, offset, shift, bits, OptionalInt.empty());
    }

    static PacketField transport(String name, int offset, int shift, int bits, int protocol) {
        return new PacketField(name, Word.Source.TRANSPORT, offset, shift, bits, OptionalInt.of(protocol));
    }

    /** The greatest value. */
    long greatest() {
        return (1L << bits) - 1;
    }

    /** The word of this field of which only some of the field's bits count. */
    Word word(long mask) {
        return new Word(source, offset, (int) (mask << shift));
    }
}
