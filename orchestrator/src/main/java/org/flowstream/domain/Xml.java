package org.flowstream.domain;

import java.util.function.Consumer;

/** A writer of indented XML: elements with attributes, content last. */
final class Xml {
    private final StringBuilder text = new StringBuilder();
    private int depth;

    /** An element without content; attributes are names and values in turn. */
    Xml empty(String name, Object... attributes) {
        open(name, attributes).append("/>\n");
        return this;
    }

    Xml text(String name, Object content, Object... attributes) {
        open(name, attributes).append('>');
        escape(content.toString());
        text.append("</").append(name).append(">\n");
        return this;
    }

    Xml element(String name, Consumer<Xml> content, Object... attributes) {
        open(name, attributes).append(">\n");
        depth++;
        content.accept(this);
        depth--;
        indent().append("</").append(name).append(">\n");
        return this;
    }

    private StringBuilder open(String name, Object... attributes) {
        if (attributes.length % 2 != 0) {
            throw new IllegalArgumentException("attribute without a value in <" + name + ">");
        }
        indent().append('<').append(name);
        for (int i = 0; i < attributes.length; i += 2) {
            text.append(' ').append(attributes[i]).append("='");
            escape(attributes[i + 1].toString());
            text.append('\'');
        }
        return text;
    }

    private StringBuilder indent() {
        return text.append("  ".repeat(depth));
    }

    private void escape(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '&' -> text.append("&amp;");
                case '<' -> text.append("&lt;");
                case '>' -> text.append("&gt;");
                case '\'' -> text.append("&apos;");
                case '"' -> text.append("&quot;");
                default -> {
                    if (c < ' ') {
                        throw new IllegalArgumentException("control character " + (int) c + " in XML");
                    }
                    text.append(c);
                }
            }
        }
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
