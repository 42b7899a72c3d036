package org.flowstream.template;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.net.Ip4Address;
import org.flowstream.net.Ip4Prefix;
import org.flowstream.net.Ip6Address;
import org.flowstream.net.Ip6Prefix;
import org.flowstream.net.MacAddress;
import org.flowstream.problem.BadValueException;
import org.flowstream.template.JsonValue.JsonBoolean;
import org.flowstream.template.JsonValue.JsonNumber;
import org.flowstream.template.JsonValue.JsonText;

/** From a text or a JSON value to one checked item of a parameter. Errors are {@link BadValueException}s. */
final class ParameterParser {
    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,30}");
    private static final Pattern RATE = Pattern.compile("([0-9]{1,30})([kMG]?)(/s)?");
    private static final int LONGEST_TEXT = 4_096;

    private final Parameter parameter;

    ParameterParser(Parameter parameter) {
        this.parameter = parameter;
    }

    /** An item as it is typed on a command line. */
    ParameterValue text(String text) {
        return switch (parameter.type()) {
            case INTEGER -> integer(withoutUnit(text), text);
            case RATE -> rate(withoutUnit(text), text);
            case BOOLEAN -> bool(text.strip());
            case STRING -> string(text);
            case IP_ADDRESS -> word(Ip4Address.parse(text.strip()));
            case IP_PREFIX -> word(Ip4Prefix.parse(text.strip()));
            case IP6_ADDRESS -> word(Ip6Address.parse(text.strip()));
            case IP6_PREFIX -> word(Ip6Prefix.parse(text.strip()));
            case MAC_ADDRESS -> word(MacAddress.parse(text.strip()));
            case IP_FILTER_RULE, IP6_FILTER_RULE -> new ParameterValue.RuleValue(matching(FilterRules.parse(text)));
        };
    }

    /** An item as it stands in a JSON file: numbers and booleans as such, all else as a text. */
    ParameterValue json(JsonValue value) {
        switch (parameter.type()) {
            case INTEGER -> {
                if (value instanceof JsonNumber number && number.isInteger()) {
                    return bounded(number.number(), value.shown());
                }
                throw BadValueException.of(value.shown() + " is not an integer");
            }
            case RATE -> {
                if (value instanceof JsonNumber number && number.isInteger()) {
                    return bounded(number.number(), value.shown());
                }
            }
            case BOOLEAN -> {
                if (value instanceof JsonBoolean bool) {
                    return new ParameterValue.BooleanValue(bool.value());
                }
                throw BadValueException.of(value.shown() + " is not true or false");
            }
            default -> {
                // a text
            }
        }
        if (value instanceof JsonText text) {
            return text(text.text());
        }
        throw BadValueException.of(value.shown() + " is not a text in quotes");
    }

    private static ParameterValue word(Object address) {
        return new ParameterValue.WordValue(address.toString());
    }

    private String withoutUnit(String text) {
        String bare = text.strip();
        String unit = parameter.unit();
        return !unit.isEmpty() && bare.endsWith(unit) && bare.length() > unit.length()
                ? bare.substring(0, bare.length() - unit.length()).strip()
                : bare;
    }

    private ParameterValue integer(String bare, String typed) {
        if (!INTEGER.matcher(bare).matches()) {
            throw BadValueException.expected(
                    typed, "an integer" + (parameter.unit().isEmpty() ? "" : " (" + parameter.unit() + ")"));
        }
        return bounded(new BigDecimal(bare), typed);
    }

    private ParameterValue rate(String bare, String typed) {
        Matcher matcher = RATE.matcher(bare);
        if (!matcher.matches()) {
            throw BadValueException.expected(typed, "a rate per second such as 100, 10k or 10/s");
        }
        int zeros = switch (matcher.group(2)) {
            case "k" -> 3;
            case "M" -> 6;
            case "G" -> 9;
            default -> 0;
        };
        return bounded(new BigDecimal(matcher.group(1)).movePointRight(zeros), typed);
    }

    private ParameterValue bounded(BigDecimal number, String typed) {
        BigDecimal least = BigDecimal.valueOf(parameter.limits().minimum().orElse(floor()));
        BigDecimal most = BigDecimal.valueOf(parameter.limits().maximum().orElse(Long.MAX_VALUE));
        if (number.compareTo(least) < 0) {
            throw BadValueException.of(typed + " is below the minimum " + least);
        }
        if (number.compareTo(most) > 0) {
            throw BadValueException.of(typed + " is above the maximum " + most);
        }
        return new ParameterValue.NumberValue(number.longValueExact());
    }

    private long floor() {
        return parameter.type() == ParameterType.RATE ? 0 : Long.MIN_VALUE;
    }

    private static ParameterValue bool(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "1" -> new ParameterValue.BooleanValue(true);
            case "false", "no", "0" -> new ParameterValue.BooleanValue(false);
            default -> throw BadValueException.expected(text, "true or false");
        };
    }

    private ParameterValue string(String text) {
        if (text.length() > LONGEST_TEXT) {
            throw BadValueException.of("a text of " + text.length() + " characters; expected at most " + LONGEST_TEXT);
        }
        return new ParameterValue.TextValue(matching(text));
    }

    private String matching(String text) {
        parameter.limits().pattern().ifPresent(pattern -> {
            if (!pattern.matcher(text).matches()) {
                throw BadValueException.expected(text, "a text that matches " + pattern);
            }
        });
        return text;
    }
}
