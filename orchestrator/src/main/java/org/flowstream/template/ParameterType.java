package org.flowstream.template;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What values a parameter takes, or each item of a list of them. */
public enum ParameterType {
    INTEGER("integer"),
    BOOLEAN("boolean"),
    STRING("string"),
    IP_ADDRESS("ip-address"),
    IP_PREFIX("ip-prefix"),
    IP6_ADDRESS("ip6-address"),
    IP6_PREFIX("ip6-prefix"),
    MAC_ADDRESS("mac-address"),
    /** Events per second. */
    RATE("rate"),
    /** One rule of the argument type {@code ip-filter-rules}. */
    IP_FILTER_RULE("ip-filter-rule"),
    /** One rule of the argument type {@code ip6-filter-rules}. */
    IP6_FILTER_RULE("ip6-filter-rule");

    /** The word for a list of any of them. */
    public static final String LIST = "list";

    private final String word;

    ParameterType(String word) {
        this.word = word;
    }

    /** The type's word in {@code template.json}. */
    public String word() {
        return word;
    }

    public static Optional<ParameterType> of(String word) {
        return Arrays.stream(values()).filter(it -> it.word.equals(word)).findFirst();
    }

    static List<String> words() {
        return Arrays.stream(values()).map(ParameterType::word).toList();
    }

    boolean isNumber() {
        return this == INTEGER || this == RATE;
    }

    boolean isRule() {
        return this == IP_FILTER_RULE || this == IP6_FILTER_RULE;
    }

    /** A value that is in order for the type, in place of one that is not, so that later checks can go on. */
    ParameterValue harmless() {
        return switch (this) {
            case INTEGER, RATE -> new ParameterValue.NumberValue(1);
            case BOOLEAN -> new ParameterValue.BooleanValue(false);
            case STRING -> new ParameterValue.TextValue("");
            case IP_ADDRESS -> new ParameterValue.WordValue("192.0.2.1");
            case IP_PREFIX -> new ParameterValue.WordValue("192.0.2.0/24");
            case IP6_ADDRESS -> new ParameterValue.WordValue("2001:db8::1");
            case IP6_PREFIX -> new ParameterValue.WordValue("2001:db8::/32");
            case MAC_ADDRESS -> new ParameterValue.WordValue("02:00:00:00:00:01");
            case IP_FILTER_RULE, IP6_FILTER_RULE -> new ParameterValue.RuleValue("deny all");
        };
    }
}
