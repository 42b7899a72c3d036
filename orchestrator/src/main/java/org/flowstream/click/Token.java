package org.flowstream.click;

import java.nio.charset.StandardCharsets;
import org.flowstream.problem.Place;

/** One token and where it stands. A variable's text is its name, without the dollar sign. */
record Token(TokenKind kind, String text, Place place) {
    boolean is(TokenKind wanted) {
        return kind == wanted;
    }

    /** How Click names what was found; characters that do not print are shown as C writes them. */
    String found() {
        StringBuilder out = new StringBuilder("'");
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            int value = each & 0xff;
            if (value >= ' ' && value < 0x7f) {
                out.append((char) value);
            } else {
                out.append(value == '\t' ? "\\t" : value == '\0' ? "\\000" : String.format("\\%03o", value));
            }
        }
        return out.append('\'').toString();
    }
}
