package org.flowstream.process;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Frames that are wrong in as many ways as we know, made of good ones. What is left of a good one with sound headers comes
 * from another computer: so nothing of it belongs to a good frame's connection.
 */
final class HostileFrames {
    private static final int KINDS = 16;
    private static final int ETHERNET = 14;
    private static final int LONGEST = 1_514;
    /** Longer than a device takes, and as long as a packet can be. */
    private static final int TOO_LONG = 1_700;

    private static final int IP4 = 0x0800;
    private static final int IP6 = 0x86dd;
    private static final int ARP = 0x0806;
    private static final List<Integer> TAGS = List.of(0x8100, 0x88a8, 0x9100);
    private static final int[] NEXT_HEADERS = {0, 43, 44, 60, 51, 17, 6, 58, 59, 255};

    private final List<byte[]> samples;
    private final SplittableRandom random;

    HostileFrames(List<byte[]> samples, long seed) {
        this.samples = List.copyOf(samples);
        this.random = new SplittableRandom(seed);
    }

    byte[] next() {
        byte[] frame = samples.get(random.nextInt(samples.size())).clone();
        int network = network(frame);
        int type = network < 2 || network > frame.length ? -1 : get16(frame, network - 2);
        return switch (random.nextInt(KINDS)) {
            case 0 -> noise(random.nextInt(LONGEST + 1));
            case 1 -> join(Arrays.copyOf(frame, ETHERNET), noise(random.nextInt(100)));
            case 2 -> Arrays.copyOf(frame, random.nextInt(frame.length));
            case 3 ->
                Arrays.copyOf(
                        join(elsewhere(frame, network, type), noise(LONGEST)),
                        1_400 + random.nextInt(TOO_LONG - 1_400));
            case 4 -> length(elsewhere(frame, network, type), network, type);
            case 5 -> set(frame, network, random.nextInt(256));
            case 6 -> set(frame, network + 10, random.nextInt(256));
            case 7 -> fragment(elsewhere(frame, network, type), network, type);
            case 8 -> extensions(frame, true);
            case 9 -> extensions(frame, false);
            case 10 -> tags(frame);
            case 11 -> noise(random.nextInt(ETHERNET));
            case 12 -> transport(elsewhere(frame, network, type), network, type);
            case 13 -> Arrays.copyOf(elsewhere(frame, network, type), Math.min(frame.length, 14 + random.nextInt(44)));
            case 14 -> put16(elsewhere(frame, network, type), 12, random.nextInt(65_536));
            default -> flipped(frame, network, type);
        };
    }

    /** Where the network header begins, behind all tags. */
    private static int network(byte[] frame) {
        int at = 12;
        while (at + 2 <= frame.length && TAGS.contains(get16(frame, at))) {
            at += 4;
        }
        return at + 2;
    }

    private byte[] noise(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    /** The same from another computer: other addresses of its sender in every layer. */
    private byte[] elsewhere(byte[] frame, int network, int type) {
        set(frame, 10, 0x66);
        set(frame, 11, random.nextInt(256));
        if (type == IP4 && frame.length >= network + 20) {
            set(frame, network + 15, 200 + random.nextInt(55));
            checksum(frame, network);
        } else if (type == IP6 && frame.length >= network + 40) {
            set(frame, network + 22, 0x80 + random.nextInt(128));
        } else if (type == ARP) {
            set(frame, network + 12, 0x66);
            set(frame, network + 17, 200 + random.nextInt(55));
        }
        return frame;
    }

    private byte[] length(byte[] frame, int network, int type) {
        put16(frame, network + (type == IP6 ? 4 : 2), random.nextInt(65_536));
        return type == IP4 ? checksum(frame, network) : frame;
    }

    private byte[] fragment(byte[] frame, int network, int type) {
        if (type != IP4) {
            return set(frame, network + random.nextInt(8), random.nextInt(256));
        }
        put16(frame, network + 6, random.nextInt(65_536));
        return checksum(frame, network);
    }

    /** IPv6 with fragment headers of all kinds, or with extension headers that lie. */
    private byte[] extensions(byte[] sample, boolean fragment) {
        byte[] header = join(Arrays.copyOf(sample, ETHERNET), noise(40 + 40));
        put16(header, 12, IP6);
        header[ETHERNET] = 0x60;
        put16(header, ETHERNET + 4, 40);
        header[ETHERNET + 6] = (byte) (fragment ? 44 : 0);
        header[ETHERNET + 7] = 64;
        set(header, ETHERNET + 22, 0x80 + random.nextInt(128));
        for (int i = 0; i < 4; i++) {
            int at = ETHERNET + 40 + 8 * i;
            header[at] = (byte) NEXT_HEADERS[random.nextInt(NEXT_HEADERS.length)];
            header[at + 1] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : 0);
            System.arraycopy(noise(6), 0, header, at + 2, 6);
        }
        return elsewhere(header, ETHERNET, IP6);
    }

    private byte[] tags(byte[] frame) {
        byte[] tagged = Arrays.copyOf(frame, 12);
        for (int i = random.nextInt(8); i > 0; i--) {
            int tag = TAGS.get(random.nextInt(TAGS.size()));
            tagged = join(tagged, new byte[] {(byte) (tag >> 8), (byte) tag, (byte) random.nextInt(256), 1});
        }
        return join(tagged, noise(random.nextInt(40)));
    }

    /** Ports, lengths, offsets and options of the layer behind IP. */
    private byte[] transport(byte[] frame, int network, int type) {
        int begin = network + (type == IP6 ? 40 : 20);
        for (int i = 0; i < 4 && begin < frame.length; i++) {
            set(frame, begin + random.nextInt(Math.min(24, frame.length - begin)), random.nextInt(256));
        }
        return frame;
    }

    private byte[] flipped(byte[] frame, int network, int type) {
        for (int i = random.nextInt(8); i >= 0; i--) {
            frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return elsewhere(frame, network, type);
    }

    private static byte[] set(byte[] frame, int at, int value) {
        if (at < frame.length) {
            frame[at] = (byte) value;
        }
        return frame;
    }

    private static byte[] put16(byte[] frame, int at, int value) {
        set(frame, at, value >> 8);
        return set(frame, at + 1, value);
    }

    private static int get16(byte[] frame, int at) {
        return at + 1 < frame.length ? ((frame[at] & 0xff) << 8) | (frame[at + 1] & 0xff) : 0;
    }

    /** Makes an IPv4 header's checksum right (RFC 1071). */
    private static byte[] checksum(byte[] frame, int network) {
        int length = Math.min((frame[network] & 15) * 4, frame.length - network);
        put16(frame, network + 10, 0);
        int sum = 0;
        for (int i = 0; i < length; i += 2) {
            sum += get16(frame, network + i);
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return put16(frame, network + 10, ~sum);
    }
}
