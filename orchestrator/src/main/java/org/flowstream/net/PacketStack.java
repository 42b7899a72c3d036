package org.flowstream.net;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A packet as layers, and the bytes that they make.
 *
 * @param layers from the outside in
 * @param payload what stands behind the last header
 * @param padding what stands behind the packet, counted by no length
 */
record PacketStack(List<Layer> layers, Bytes payload, Bytes padding) {
    PacketStack {
        layers = List.copyOf(layers);
    }

    /** Some bytes, compared by content. */
    record Bytes(List<Byte> list) {
        static final Bytes NONE = new Bytes(List.of());

        static Bytes of(byte[] bytes) {
            Byte[] boxed = new Byte[bytes.length];
            Arrays.setAll(boxed, i -> bytes[i]);
            return new Bytes(List.of(boxed));
        }

        byte[] array() {
            byte[] bytes = new byte[list.size()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = list.get(i);
            }
            return bytes;
        }
    }

    /**
     * One layer.
     *
     * @param set the fields that are given; the others have their fallback, or are computed
     * @param options the header's options, a multiple of four bytes
     */
    record Layer(PacketLayer type, Map<String, BigInteger> set, Bytes options) {
        Layer {
            set = Map.copyOf(set);
        }

        BigInteger value(LayerField field) {
            return set.getOrDefault(field.name(), field.fallback());
        }

        Layer with(String name, BigInteger value) {
            Map<String, BigInteger> more = new TreeMap<>(set);
            more.put(name, value);
            return new Layer(type, more, options);
        }

        int headerLength() {
            return type.size() + options.list().size();
        }
    }

    /** The frame. */
    byte[] encode() {
        byte[] inner = payload.array();
        for (int i = layers.size() - 1; i >= 0; i--) {
            inner = header(i, inner);
        }
        byte[] end = padding.array();
        byte[] frame = Arrays.copyOf(inner, inner.length + end.length);
        System.arraycopy(end, 0, frame, inner.length, end.length);
        return frame;
    }

    /** A layer's header with what stands behind it. */
    private byte[] header(int place, byte[] inner) {
        Layer layer = layers.get(place);
        PacketLayer type = layer.type();
        int headerLength = layer.headerLength();
        byte[] bytes = new byte[headerLength + inner.length];
        byte[] options = layer.options().array();
        System.arraycopy(options, 0, bytes, type.size(), options.length);
        System.arraycopy(inner, 0, bytes, headerLength, inner.length);
        Optional<PacketLayer> next =
                place + 1 < layers.size() ? Optional.of(layers.get(place + 1).type()) : Optional.empty();
        for (LayerField field : type.fields()) {
            long computed = switch (field.role()) {
                case NEXT -> type.numberOf(next);
                case LENGTH -> bytes.length;
                case PAYLOAD_LENGTH -> inner.length;
                case WORDS -> headerLength / 4;
                case PLAIN, CHECKSUM -> 0;
            };
            BigInteger given = layer.set().get(field.name());
            BigInteger value = field.isComputed() && given == null ? BigInteger.valueOf(computed) : layer.value(field);
            field.put(bytes, field.role() == LayerField.Role.CHECKSUM ? BigInteger.ZERO : value);
        }
        type.field(LayerField.Role.CHECKSUM).ifPresent(field -> {
            BigInteger given = layer.set().get(field.name());
            field.put(bytes, given != null ? given : BigInteger.valueOf(checksum(place, bytes, headerLength)));
        });
        return bytes;
    }

    private int checksum(int place, byte[] bytes, int headerLength) {
        PacketLayer type = layers.get(place).type();
        if (type == PacketLayer.IP) {
            return internetChecksum(Arrays.copyOf(bytes, headerLength));
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        if (type != PacketLayer.ICMP) {
            all.writeBytes(pseudoHeader(place, bytes.length));
        }
        all.writeBytes(bytes);
        int sum = internetChecksum(all.toByteArray());
        // RFC 768: a checksum that is zero is sent as all ones.
        return type == PacketLayer.UDP && sum == 0 ? 0xffff : sum;
    }

    /** RFC 9293, 3.1 and RFC 8200, 8.1, after the nearest internet layer outside; empty where there is none. */
    private byte[] pseudoHeader(int place, int length) {
        for (int i = place - 1; i >= 0; i--) {
            Layer outer = layers.get(i);
            if (!outer.type().isInternet()) {
                continue;
            }
            boolean four = outer.type() == PacketLayer.IP;
            int address = four ? 4 : 16;
            byte[] header = new byte[2 * address + 8];
            bytesOf(outer, "src", header, 0, address);
            bytesOf(outer, "dst", header, address, address);
            int protocol = outer.type().numberOf(Optional.of(layers.get(place).type()));
            int end = header.length;
            header[end - 1] = (byte) (four ? length : protocol);
            header[end - 2] = (byte) (four ? length >> 8 : 0);
            header[end - 3] = (byte) (four ? protocol : 0);
            if (!four) {
                header[end - 5] = (byte) length;
                header[end - 6] = (byte) (length >> 8);
            }
            return header;
        }
        return new byte[0];
    }

    private static void bytesOf(Layer layer, String name, byte[] to, int at, int length) {
        BigInteger value = layer.value(layer.type().field(name).orElseThrow());
        for (int i = 0; i < length; i++) {
            to[at + i] = value.shiftRight(8 * (length - 1 - i)).byteValue();
        }
    }

    /** RFC 1071. */
    static int internetChecksum(byte[] bytes) {
        long sum = 0;
        for (int i = 0; i < bytes.length; i += 2) {
            sum += (bytes[i] & 0xff) << 8 | (i + 1 < bytes.length ? bytes[i + 1] & 0xff : 0);
        }
        while (sum >> 16 != 0) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return (int) ~sum & 0xffff;
    }
}
