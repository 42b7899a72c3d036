package org.flowstream.control;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * One record of the framed console, which carries log, control and health of a machine on Xen: docs/contracts.md,
 * section 6. On the wire it is its body between two bytes 0xC0, with these escaped as in RFC 1055.
 *
 * @param sequence 0 to 65,535
 * @param session 0 for the log
 * @param payload 0 to {@value #LONGEST_PAYLOAD} bytes
 */
record FramedRecord(Channel channel, Kind kind, int sequence, int session, ByteBuffer payload) {
    static final int LONGEST_PAYLOAD = 1_024;
    static final int SEQUENCES = 1 << 16;
    static final byte END = (byte) 0xC0;

    private static final byte ESCAPE = (byte) 0xDB;
    private static final byte ESCAPED_END = (byte) 0xDC;
    private static final byte ESCAPED_ESCAPE = (byte) 0xDD;
    private static final int HEADER = 8;
    private static final int CHECKSUM = 4;
    static final int LONGEST_BODY = HEADER + LONGEST_PAYLOAD + CHECKSUM;

    enum Channel {
        LOG(0),
        CONTROL(1),
        HEALTH(2);

        private final byte number;

        Channel(int number) {
            this.number = (byte) number;
        }

        private static Optional<Channel> of(byte number) {
            return Arrays.stream(values()).filter(each -> each.number == number).findFirst();
        }
    }

    enum Kind {
        DATA(0),
        OPEN(1),
        CLOSE(2);

        private final byte number;

        Kind(int number) {
            this.number = (byte) number;
        }

        private static Optional<Kind> of(byte number) {
            return Arrays.stream(values()).filter(each -> each.number == number).findFirst();
        }
    }

    FramedRecord {
        if (sequence < 0 || sequence >= SEQUENCES || payload.remaining() > LONGEST_PAYLOAD) {
            throw new IllegalArgumentException(
                    "no record: sequence " + sequence + ", payload of " + payload.remaining() + " bytes");
        }
        payload = payload.slice().asReadOnlyBuffer();
    }

    /** To be read by each caller from its beginning. */
    @Override
    public ByteBuffer payload() {
        return payload.duplicate();
    }

    /** What goes over the wire. */
    byte[] encoded() {
        ByteBuffer body =
                ByteBuffer.allocate(HEADER + payload.remaining() + CHECKSUM).order(ByteOrder.LITTLE_ENDIAN);
        body.put(channel.number).put(kind.number).putShort((short) sequence);
        body.putInt(session).put(payload());
        body.putInt(checksum(body.array(), body.position()));
        ByteBuffer out = ByteBuffer.allocate(2 * body.capacity() + 2).put(END);
        for (byte each : body.array()) {
            if (each == END) {
                out.put(ESCAPE).put(ESCAPED_END);
            } else if (each == ESCAPE) {
                out.put(ESCAPE).put(ESCAPED_ESCAPE);
            } else {
                out.put(each);
            }
        }
        out.put(END);
        return Arrays.copyOf(out.array(), out.position());
    }

    /** What stood between two bytes 0xC0, first so many bytes of it; empty when that is no record. */
    static Optional<FramedRecord> parse(byte[] framed, int length) {
        byte[] body = new byte[length];
        int size = 0;
        for (int i = 0; i < length; i++) {
            byte next = framed[i];
            if (next == ESCAPE) {
                byte escaped = ++i < length ? framed[i] : 0;
                if (escaped != ESCAPED_END && escaped != ESCAPED_ESCAPE) {
                    return Optional.empty();
                }
                next = escaped == ESCAPED_END ? END : ESCAPE;
            }
            body[size++] = next;
        }
        if (size < HEADER + CHECKSUM || size > LONGEST_BODY) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(body, 0, size).order(ByteOrder.LITTLE_ENDIAN);
        Optional<Channel> channel = Channel.of(in.get());
        Optional<Kind> kind = Kind.of(in.get());
        if (in.getInt(size - CHECKSUM) != checksum(body, size - CHECKSUM) || channel.isEmpty() || kind.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new FramedRecord(
                channel.get(), kind.get(), Short.toUnsignedInt(in.getShort()), in.getInt(), in.limit(size - CHECKSUM)));
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        return (int) checksum.getValue();
    }
}
