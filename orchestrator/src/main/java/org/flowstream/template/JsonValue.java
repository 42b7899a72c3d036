package org.flowstream.template;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/**
 * A JSON value (RFC 8259) that knows its place in the text: what a schema's error points at.
 *
 * <p>Places are offsets into the text in UTF-16 units; the length of a list or an object is that of its opening bracket,
 * since an error about a whole object should not underline a page.
 */
public sealed interface JsonValue {
    int offset();

    int length();

    /** The JSON Schema name of its type, with {@code integer} for a number without a fraction. */
    String type();

    /** The value as an error shows it: short texts and numbers in full, lists and objects by their type. */
    String shown();

    /** A member of an object: its name's own place, and its value. */
    record Member(String name, int offset, int length, JsonValue value) {}

    /** An object; of members of one name, which the reader has reported, the first one stays. */
    record JsonObject(List<Member> members, int offset, int length) implements JsonValue {
        public JsonObject {
            members = List.copyOf(members);
        }

        public Optional<Member> member(String name) {
            return members.stream().filter(it -> it.name().equals(name)).findFirst();
        }

        public Optional<JsonValue> get(String name) {
            return member(name).map(Member::value);
        }

        @Override
        public String type() {
            return "object";
        }

        @Override
        public String shown() {
            return "an object";
        }
    }

    record JsonList(List<JsonValue> items, int offset, int length) implements JsonValue {
        public JsonList {
            items = List.copyOf(items);
        }

        @Override
        public String type() {
            return "array";
        }

        @Override
        public String shown() {
            return "a list";
        }
    }

    record JsonText(String text, int offset, int length) implements JsonValue {
        private static final int SHOWN = 60;

        @Override
        public String type() {
            return "string";
        }

        @Override
        public String shown() {
            return '"' + (text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…") + '"';
        }
    }

    record JsonNumber(BigDecimal number, int offset, int length) implements JsonValue {
        public boolean isInteger() {
            return number.signum() == 0 || number.stripTrailingZeros().scale() <= 0;
        }

        @Override
        public String type() {
            return isInteger() ? "integer" : "number";
        }

        @Override
        public String shown() {
            return number.toString();
        }
    }

    record JsonBoolean(boolean value, int offset, int length) implements JsonValue {
        @Override
        public String type() {
            return "boolean";
        }

        @Override
        public String shown() {
            return Boolean.toString(value);
        }
    }

    record JsonNull(int offset, int length) implements JsonValue {
        @Override
        public String type() {
            return "null";
        }

        @Override
        public String shown() {
            return "null";
        }
    }
}
