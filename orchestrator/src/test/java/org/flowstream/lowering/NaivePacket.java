package org.flowstream.lowering;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** An IPv4 or IPv6 packet from its network header on, read byte by byte. */
final class NaivePacket {
    private final byte[] bytes;
    private final int transportAt;
    private final int protocol;
    private final boolean laterFragment;
    /** Of IPv6, where the header does not tell. */
    private final boolean fragment;

    NaivePacket(byte[] bytes, int transportAt, int protocol, boolean laterFragment, boolean fragment) {
        this.fragment = fragment;
        this.bytes = bytes;
        this.transportAt = transportAt;
        this.protocol = protocol;
        this.laterFragment = laterFragment;
    }

    byte[] bytes() {
        return bytes;
    }

    int protocol() {
        return protocol;
    }

    boolean isLaterFragment() {
        return laterFragment;
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes) + " transport at " + transportAt + " protocol " + protocol + " later "
                + laterFragment;
    }

    boolean isFragment() {
        return isIp6() ? fragment : networkBits(50, 14) != 0;
    }

    private boolean isIp6() {
        return ((bytes[0] >> 4) & 0xf) == 6;
    }

    List<Integer> source() {
        return address(isIp6() ? 8 : 12);
    }

    List<Integer> destination() {
        return address(isIp6() ? 24 : 16);
    }

    private List<Integer> address(int at) {
        return IntStream.range(0, isIp6() ? 4 : 1)
                .mapToObj(it -> (int) network(at + 4 * it, 4))
                .toList();
    }

    /** Bytes of the network header and what follows it; -1 where they are not there. */
    long network(int position, int length) {
        long value = 0;
        for (int i = position; i < position + length; i++) {
            if (i >= bytes.length) {
                return -1;
            }
            value = value << 8 | (bytes[i] & 0xff);
        }
        return value;
    }

    long networkBits(int bit, int count) {
        long value = 0;
        for (int i = bit; i < bit + count; i++) {
            value = value << 1 | ((bytes[i / 8] >> (7 - i % 8)) & 1);
        }
        return value;
    }

    long transport(int position, int length) {
        return transportAt < 0 ? -1 : network(transportAt + position, length);
    }

    MatchEvaluator.View view() {
        byte[] transport = transportAt < 0 || transportAt > bytes.length
                ? new byte[0]
                : Arrays.copyOfRange(bytes, transportAt, bytes.length);
        Map<Integer, Integer> fields = Map.of(
                5, isIp6() ? protocol : 256, 6, isIp6() && laterFragment ? 1 : 0, 7, isIp6() && fragment ? 1 : 0);
        return new MatchEvaluator.View() {
            @Override
            public byte[] frame() {
                return bytes;
            }

            @Override
            public byte[] network() {
                return bytes;
            }

            @Override
            public byte[] transport() {
                return transport;
            }

            @Override
            public int computed(int field) {
                return fields.getOrDefault(field, 0);
            }
        };
    }
}
