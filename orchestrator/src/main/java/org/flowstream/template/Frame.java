package org.flowstream.template;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.flowstream.net.PacketText;

/** An Ethernet frame without its check sequence; equal to another when its bytes are. */
public final class Frame {
    private static final int LINE = 16;

    private final byte[] bytes;

    private Frame(byte[] bytes) {
        this.bytes = bytes;
    }

    public static Frame of(byte[] bytes) {
        return new Frame(bytes.clone());
    }

    /** From packet text (docs/contracts.md, 10). */
    static Frame parse(String text) {
        return new Frame(PacketText.parse(text));
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    /** What differs in another frame, by layers; where those look alike, by bytes. */
    String difference(Frame got) {
        List<String> before = layers();
        List<String> after = got.layers();
        if (before.equals(after)) {
            return marked(hexLines(), got.hexLines());
        }
        return marked(before, after);
    }

    private static String marked(List<String> before, List<String> after) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < Math.max(before.size(), after.size()); i++) {
            if (i < before.size() && i < after.size() && before.get(i).equals(after.get(i))) {
                lines.add("    " + before.get(i));
                continue;
            }
            if (i < before.size()) {
                lines.add("  - " + before.get(i));
            }
            if (i < after.size()) {
                lines.add("  + " + after.get(i));
            }
        }
        return String.join("\n", lines);
    }

    private List<String> layers() {
        return List.of(toString().split(" / "));
    }

    private List<String> hexLines() {
        List<String> lines = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += LINE) {
            lines.add(String.format("%04x  ", at)
                    + HexFormat.ofDelimiter(" ").formatHex(bytes, at, Math.min(bytes.length, at + LINE)));
        }
        return lines;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Frame frame && Arrays.equals(bytes, frame.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** As packet text. */
    @Override
    public String toString() {
        return PacketText.of(bytes);
    }
}
