package org.flowstream.net;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.flowstream.net.LayerField.Role;
import org.flowstream.net.PacketStack.Bytes;
import org.flowstream.net.PacketStack.Layer;

/**
 * Writes frames as packet text. A field that has its fallback, or the value that would be computed, is left out; what
 * cannot be told by layers is shown in hexadecimal digits, so that every frame has a text.
 */
final class PacketDissector {
    private static final int ROUNDS = 12;

    private PacketDissector() {}

    static String text(byte[] frame) {
        List<Layer> layers = new ArrayList<>();
        int at = 0;
        int end = frame.length;
        Optional<PacketLayer> next = Optional.of(PacketLayer.ETHER);
        while (next.isPresent()) {
            int length = headerLength(next.get(), frame, at, end);
            if (length < 0) {
                break;
            }
            PacketLayer type = next.get();
            byte[] header = Arrays.copyOfRange(frame, at, at + length);
            layers.add(layer(type, header));
            // What an outermost internet header does not count is padding.
            end = layers.stream().filter(it -> it.type().isInternet()).count() == 1 && type.isInternet()
                    ? Math.min(end, at + Math.max(length, counted(type, header)))
                    : end;
            at += length;
            next = type.next(header);
        }
        for (int kept = layers.size(); kept > 0; kept--) {
            List<Layer> some = layers.subList(0, kept);
            int from = some.stream().mapToInt(Layer::headerLength).sum();
            for (int to : new int[] {Math.max(from, end), frame.length}) {
                Optional<String> text = text(some, frame, from, to);
                if (text.isPresent()) {
                    return text.get();
                }
            }
        }
        return payload(frame);
    }

    /** The bytes that an internet header says its packet has. */
    private static int counted(PacketLayer type, byte[] header) {
        int value = type.field("length").orElseThrow().get(header, 0).intValue();
        return type == PacketLayer.IP ? value : value + type.size();
    }

    /** The header's length with options; negative when the frame does not hold it. */
    private static int headerLength(PacketLayer type, byte[] frame, int at, int end) {
        if (end - at < type.size()) {
            return -1;
        }
        int length = type.field(Role.WORDS)
                .map(it -> it.get(frame, at).intValue() * 4)
                .orElse(type.size());
        return length < type.size() || length > end - at ? type.size() : length;
    }

    private static Layer layer(PacketLayer type, byte[] header) {
        TreeMap<String, BigInteger> set = new TreeMap<>();
        for (LayerField field : type.fields()) {
            BigInteger value = field.get(header, 0);
            if (!field.isComputed() && (field.shown() || !value.equals(field.fallback()))) {
                set.put(field.name(), value);
            }
        }
        return new Layer(type, set, Bytes.of(Arrays.copyOfRange(header, type.size(), header.length)));
    }

    /** The text of the layers, with those computed fields given that are not as computed. */
    private static Optional<String> text(List<Layer> layers, byte[] frame, int from, int to) {
        byte[] padding = Arrays.copyOfRange(frame, to, frame.length);
        for (byte each : padding) {
            if (each != 0) {
                return Optional.empty();
            }
        }
        Bytes payload = Bytes.of(Arrays.copyOfRange(frame, from, to));
        List<Layer> given = new ArrayList<>(layers);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] made = new PacketStack(given, payload, Bytes.of(padding)).encode();
            if (Arrays.equals(made, frame)) {
                return Optional.of(text(given, payload, padding.length));
            }
            // A checksum is given only when it alone is wrong, the innermost first: it counts in those outside.
            if (!give(given, frame, made, false)) {
                give(given, frame, made, true);
            }
        }
        return Optional.empty();
    }

    /** Gives the computed fields that differ: all but checksums, or the innermost checksum. Answers whether it did. */
    private static boolean give(List<Layer> layers, byte[] frame, byte[] made, boolean checksums) {
        boolean changed = false;
        for (int i = layers.size() - 1; i >= 0; i--) {
            int at = layers.subList(0, i).stream().mapToInt(Layer::headerLength).sum();
            for (LayerField field : layers.get(i).type().fields()) {
                BigInteger wanted = field.get(frame, at);
                if (field.isComputed()
                        && checksums == (field.role() == Role.CHECKSUM)
                        && !wanted.equals(field.get(made, at))) {
                    layers.set(i, layers.get(i).with(field.name(), wanted));
                    changed = true;
                }
            }
            if (changed && checksums) {
                return true;
            }
        }
        return changed;
    }

    private static String text(List<Layer> layers, Bytes payload, int padding) {
        List<String> parts = new ArrayList<>();
        for (Layer layer : layers) {
            List<String> fields = new ArrayList<>();
            for (LayerField field : layer.type().fields()) {
                BigInteger value = layer.set().get(field.name());
                if (value != null) {
                    fields.add(field.name() + "=" + field.text(value));
                }
            }
            if (!layer.options().list().isEmpty()) {
                fields.add("options=" + HexFormat.of().formatHex(layer.options().array()));
            }
            parts.add(layer.type().word() + "(" + String.join(", ", fields) + ")");
        }
        if (!payload.list().isEmpty()) {
            parts.add(payload(payload.array()));
        }
        if (padding > 0) {
            parts.add("pad(" + padding + ")");
        }
        return String.join(" / ", parts);
    }

    private static String payload(byte[] bytes) {
        boolean zero = true;
        boolean readable = true;
        for (byte each : bytes) {
            zero &= each == 0;
            readable &= each >= ' ' && each < 0x7f && each != '"';
        }
        if (zero) {
            return "bytes(" + bytes.length + ")";
        }
        return readable
                ? '"' + new String(bytes, java.nio.charset.StandardCharsets.US_ASCII) + '"'
                : "hex(\"" + HexFormat.of().formatHex(bytes) + "\")";
    }
}
