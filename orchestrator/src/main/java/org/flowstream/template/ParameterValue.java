package org.flowstream.template;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A checked value of a parameter, as the Click configuration sees it.
 *
 * <p>{@link #click} is put in place of the variable inside an element's arguments. Whatever the user typed, it stays one
 * argument, or one argument for each item of a list: texts are quoted, and every other kind has no character that means
 * anything between arguments.
 */
public sealed interface ParameterValue {
    /** The text that stands for it in a configuration. */
    String click();

    /** The value as a person writes it. */
    default String shown() {
        return click();
    }

    /** An integer, or a rate per second. */
    record NumberValue(long number) implements ParameterValue {
        @Override
        public String click() {
            return Long.toString(number);
        }
    }

    record BooleanValue(boolean value) implements ParameterValue {
        @Override
        public String click() {
            return Boolean.toString(value);
        }
    }

    /** Any text; a quoted Click string, with octets that Click's strings give a meaning to as {@code \<HEX>}. */
    record TextValue(String text) implements ParameterValue {
        @Override
        public String shown() {
            return text;
        }

        @Override
        public String click() {
            StringBuilder out = new StringBuilder("\"");
            text.chars().forEach(c -> {
                if (c == '"' || c == '\\' || c == '$' || c < ' ' || c == 0x7f) {
                    out.append("\\<").append(String.format("%02x", c)).append('>');
                } else {
                    out.append((char) c);
                }
            });
            return out.append('"').toString();
        }
    }

    /** An address or a prefix in its canonical form. */
    record WordValue(String word) implements ParameterValue {
        public WordValue {
            if (!word.matches("[0-9A-Za-z.:/]+")) {
                throw new IllegalArgumentException("'" + word + "' is not one word");
            }
        }

        @Override
        public String click() {
            return word;
        }
    }

    /** One rule of a filter: an action and a pattern, in one argument. */
    record RuleValue(String rule) implements ParameterValue {
        public RuleValue {
            FilterRules.requireOneArgument(rule);
        }

        @Override
        public String click() {
            return rule;
        }
    }

    /** Several values of one type; as many arguments. */
    record ListValue(List<ParameterValue> items) implements ParameterValue {
        public ListValue {
            items = List.copyOf(items);
        }

        @Override
        public String click() {
            return items.stream().map(ParameterValue::click).collect(Collectors.joining(", "));
        }

        @Override
        public String shown() {
            return items.stream().map(ParameterValue::shown).collect(Collectors.joining(", "));
        }
    }
}
