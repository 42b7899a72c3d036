package org.flowstream.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.flowstream.net.PacketStack.Bytes;
import org.flowstream.net.PacketStack.Layer;
import org.flowstream.problem.BadValueException;
import org.flowstream.problem.Suggestion;

/** Reads packet text. */
final class PacketParser {
    private static final int LONGEST_FRAME = 65_536;

    private final String text;
    private int at;
    private final List<Layer> layers = new ArrayList<>();
    private final ByteArrayOutputStream payload = new ByteArrayOutputStream();
    private byte[] padding = new byte[0];
    private boolean padded;

    PacketParser(String text) {
        this.text = text;
    }

    PacketStack parse() {
        do {
            layer();
            blanks();
        } while (take('/'));
        if (at < text.length()) {
            throw expected("'/' or the end of the packet");
        }
        return new PacketStack(layers, Bytes.of(payload.toByteArray()), Bytes.of(padding));
    }

    private void layer() {
        blanks();
        if (at < text.length() && text.charAt(at) == '"') {
            payload(quoted().getBytes(UTF_8));
            return;
        }
        String word = word("a layer such as ether(src=…) or a text in quotes");
        switch (word) {
            case "hex" -> {
                need('(');
                payload(hex(quoted()));
                need(')');
            }
            case "bytes" -> payload(zeros());
            case "pad" -> {
                padding = zeros();
                padded = true;
            }
            default -> header(word);
        }
    }

    private void header(String word) {
        PacketLayer type = PacketLayer.of(word).orElseThrow(() -> {
            List<String> known = Stream.concat(
                            Arrays.stream(PacketLayer.values()).map(PacketLayer::word),
                            Stream.of("hex", "bytes", "pad"))
                    .toList();
            return BadValueException.of("unknown layer '" + word + "'" + hint(word, known));
        });
        if (payload.size() > 0 || padded) {
            throw BadValueException.of("'" + word + "' stands behind the payload");
        }
        Map<String, BigInteger> set = new TreeMap<>();
        Bytes options = Bytes.NONE;
        if (take('(')) {
            blanks();
            while (!take(')')) {
                String name = word("a field of " + word);
                need('=');
                String value = value();
                if (name.equals("options") && type.hasOptions()) {
                    options = options(value);
                } else {
                    LayerField field = type.field(name)
                            .orElseThrow(() -> BadValueException.of("unknown field '" + name
                                    + "' of " + word
                                    + hint(
                                            name,
                                            type.fields().stream()
                                                    .map(LayerField::name)
                                                    .toList())));
                    if (set.put(name, field.parse(value)) != null) {
                        throw BadValueException.of("field '" + name + "' of " + word + " is given twice");
                    }
                }
                blanks();
                if (!take(',') && (at >= text.length() || text.charAt(at) != ')')) {
                    throw expected("',' or ')'");
                }
                blanks();
            }
        }
        layers.add(new Layer(type, set, options));
    }

    private static String hint(String word, List<String> known) {
        String hint = Suggestion.hint(word, known);
        return hint.isEmpty() ? "; known are " + String.join(", ", known) : " (" + hint + ")";
    }

    private static Bytes options(String value) {
        byte[] bytes = hex(value);
        return Bytes.of(Arrays.copyOf(bytes, (bytes.length + 3) / 4 * 4));
    }

    private void payload(byte[] bytes) {
        if (padded) {
            throw BadValueException.of("nothing can stand behind 'pad'");
        }
        payload.writeBytes(bytes);
        if (payload.size() > LONGEST_FRAME) {
            throw BadValueException.of("the packet has more than " + LONGEST_FRAME + " bytes");
        }
    }

    private byte[] zeros() {
        need('(');
        String count = value();
        need(')');
        if (!count.matches("[0-9]{1,5}") || Integer.parseInt(count) > LONGEST_FRAME) {
            throw BadValueException.expected(count, "a count of bytes, " + LONGEST_FRAME + " at most");
        }
        return new byte[Integer.parseInt(count)];
    }

    private static byte[] hex(String digits) {
        String bare = digits.replaceAll("[\\s:]", "");
        if (!bare.matches("(\\p{XDigit}{2})*")) {
            throw BadValueException.expected(digits, "pairs of hexadecimal digits");
        }
        return HexFormat.of().parseHex(bare);
    }

    private String quoted() {
        blanks();
        if (!take('"')) {
            throw expected("a text in quotes");
        }
        int end = text.indexOf('"', at);
        if (end < 0) {
            throw BadValueException.of("a quote is not closed: " + text.substring(at - 1));
        }
        String inside = text.substring(at, end);
        at = end + 1;
        return inside;
    }

    private String value() {
        blanks();
        int start = at;
        while (at < text.length() && ",()/\" \t\n\r".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        if (at == start) {
            throw expected("a value");
        }
        return text.substring(start, at);
    }

    private String word(String what) {
        blanks();
        int start = at;
        while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
            at++;
        }
        if (at == start) {
            throw expected(what);
        }
        return text.substring(start, at);
    }

    private void need(char c) {
        blanks();
        if (!take(c)) {
            throw expected("'" + c + "'");
        }
    }

    private boolean take(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void blanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private BadValueException expected(String what) {
        return BadValueException.of(
                at >= text.length()
                        ? "the packet ends too early; expected " + what
                        : "found '" + text.substring(at, Math.min(text.length(), at + 12)) + "', expected " + what);
    }
}
