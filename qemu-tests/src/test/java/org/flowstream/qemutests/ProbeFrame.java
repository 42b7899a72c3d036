package org.flowstream.qemutests;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.flowstream.net.MacAddress;
import org.flowstream.qemutests.model.Header;
import org.flowstream.qemutests.model.Mark;

/**
 * The frames of {@link Header}s, which have room for the marks of middleboxes, and the middleboxes that write them.
 *
 * <pre>
 *   0 .. 79   headers        80  "FSM1"   84  number (8)   96  how many marks   98  marks: box, version and direction
 * </pre>
 *
 * The places are the same whatever the headers are, so that a middlebox need not look at these.
 */
final class ProbeFrame {
    static final byte[] MAGIC = {'F', 'S', 'M', '1'};

    private static final int LENGTH = 128;
    private static final int MAGIC_AT = 80;
    private static final int NUMBER_AT = 84;
    private static final int COUNT_AT = 96;
    private static final int MARKS_AT = 98;
    private static final int MOST_MARKS = 8;
    private static final int ETHERNET = 14;
    private static final int IP4 = 20;
    private static final int IP6 = 40;
    /** 10.0.0.0 */
    private static final int NETWORK4 = 10 << 24;

    private static final long NETWORK6 = 0x20010db8L << 32;
    private static final int FORWARD = 0x80;

    private ProbeFrame() {}

    static byte[] of(Header header, long number, List<MacAddress> addresses) {
        ByteBuffer frame = ByteBuffer.allocate(LENGTH);
        mac(frame, addresses.get(header.to()));
        mac(frame, addresses.get(header.from()));
        switch (header.kind().version()) {
            case 4 -> ip4(frame, header);
            case 6 -> ip6(frame, header);
            default -> arp(frame, header, addresses);
        }
        frame.position(MAGIC_AT);
        frame.put(MAGIC).putLong(number);
        return frame.array();
    }

    private static void mac(ByteBuffer frame, MacAddress address) {
        frame.putShort((short) (address.bits() >> 32)).putInt((int) address.bits());
    }

    /** RFC 791. */
    private static void ip4(ByteBuffer frame, Header header) {
        frame.putShort((short) 0x0800);
        boolean later = header.kind() == Header.Kind.LATER_UDP || header.kind() == Header.Kind.LATER_TCP;
        int protocol = switch (header.kind()) {
            case TCP, LATER_TCP -> 6;
            case ERROR -> 1;
            default -> 17;
        };
        frame.putShort((short) 0x4500)
                .putShort((short) (LENGTH - ETHERNET))
                .putShort((short) 1)
                .putShort((short) (later ? 185 : 0))
                .put((byte) 64)
                .put((byte) protocol)
                .putShort((short) 0)
                .putInt(NETWORK4 | header.source())
                .putInt(NETWORK4 | header.destination());
        int sum = 0;
        for (int at = ETHERNET; at < ETHERNET + IP4; at += 2) {
            sum += frame.getShort(at) & 0xffff;
        }
        frame.putShort(ETHERNET + 10, (short) ~(sum % 0xffff));
        switch (header.kind()) {
            case UDP -> udp(frame, header, LENGTH - ETHERNET - IP4);
            // RFC 9293: data offset 5, ACK.
            case TCP -> ports(frame, header).putInt(1).putInt(1).putShort((short) 0x5010);
            case ERROR -> frame.put((byte) 3).put((byte) 1);
            default -> {}
        }
    }

    /** RFC 8200. */
    private static void ip6(ByteBuffer frame, Header header) {
        frame.putShort((short) 0x86dd);
        int next = switch (header.kind()) {
            case LATER6 -> 44;
            case ERROR6 -> 58;
            default -> 17;
        };
        frame.putInt(6 << 28)
                .putShort((short) (LENGTH - ETHERNET - IP6))
                .put((byte) next)
                .put((byte) 64)
                .putLong(NETWORK6)
                .putLong(header.source())
                .putLong(NETWORK6)
                .putLong(header.destination());
        switch (header.kind()) {
            case LATER6 ->
                frame.put((byte) 17).put((byte) 0).putShort((short) (185 << 3)).putInt(1);
            case ERROR6 -> frame.put((byte) 1).put((byte) 0);
            default -> udp(frame, header, LENGTH - ETHERNET - IP6);
        }
    }

    private static ByteBuffer ports(ByteBuffer frame, Header header) {
        return frame.putShort((short) header.sourcePort()).putShort((short) header.destinationPort());
    }

    private static void udp(ByteBuffer frame, Header header, int length) {
        ports(frame, header).putShort((short) length);
    }

    /** RFC 826: a request. */
    private static void arp(ByteBuffer frame, Header header, List<MacAddress> addresses) {
        frame.putShort((short) 0x0806)
                .putShort((short) 1)
                .putShort((short) 0x0800)
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) 1);
        mac(frame, addresses.get(header.from()));
        frame.putInt(NETWORK4 | header.source());
        mac(frame, new MacAddress(0));
        frame.putInt(NETWORK4 | header.destination());
    }

    /**
     * One that arrived.
     *
     * @param port the endpoint where it arrived
     */
    record Arrival(int port, long number, List<Mark> marks) {}

    /** What a frame tells that arrived somewhere. */
    static Arrival read(int port, byte[] bytes) {
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        List<Mark> marks = new ArrayList<>();
        for (int index = 0; index < Math.min(MOST_MARKS, frame.get(COUNT_AT)); index++) {
            int box = frame.get(MARKS_AT + 2 * index);
            int rest = frame.get(MARKS_AT + 2 * index + 1) & 0xff;
            marks.add(new Mark(box, rest & ~FORWARD, (rest & FORWARD) != 0));
        }
        return new Arrival(port, frame.getLong(NUMBER_AT), marks);
    }

    /** The configuration of a middlebox that passes all on, and marks what has room for it. */
    static String click(int box, int version) {
        return direction("forth", 0, 1, box, version | FORWARD) + direction("back", 1, 0, box, version);
    }

    private static String direction(String name, int from, int to, int box, int rest) {
        StringBuilder text = new StringBuilder();
        StringBuilder patterns = new StringBuilder();
        for (int count = 0; count < MOST_MARKS; count++) {
            patterns.append(String.format("%d/46534d31 %d/%02x, ", MAGIC_AT, COUNT_AT, count));
        }
        text.append(String.format(
                "%s :: Classifier(%s-); FromDevice(%d, PROMISC true) -> %s; %s_out :: ToDevice(%d);%n",
                name, patterns, from, name, name, to));
        for (int count = 0; count < MOST_MARKS; count++) {
            text.append(String.format(
                    "%s[%d] -> StoreData(%d, \\<%02x %02x>) -> StoreData(%d, \\<%02x>) -> %s_out;%n",
                    name, count, MARKS_AT + 2 * count, box, rest, COUNT_AT, count + 1, name));
        }
        return text.append(String.format("%s[%d] -> %s_out;%n", name, MOST_MARKS, name))
                .toString();
    }
}
