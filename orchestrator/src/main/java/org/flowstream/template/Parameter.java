package org.flowstream.template;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A parameter as a template declares it.
 *
 * @param name its name, which is also its variable's in the configuration
 * @param type what values it takes; of a list, what items
 * @param list whether it takes a list
 * @param unit what a number counts, for display; may be empty
 * @param limits what a value must keep to besides its type
 * @param defaultValue the value when none is given
 * @param description one line for whoever sets it
 */
public record Parameter(
        String name,
        ParameterType type,
        boolean list,
        String unit,
        Limits limits,
        ParameterValue defaultValue,
        String description) {

    /** The most items a list may have when its declaration does not say. */
    public static final int MOST_ITEMS = 1_000;

    /**
     * Bounds of a parameter's values.
     *
     * @param minimum the least number, inclusive
     * @param maximum the greatest number, inclusive
     * @param pattern what a whole string matches
     * @param least the least count of items of a list
     * @param most the greatest count of items of a list
     */
    public record Limits(
            Optional<Long> minimum, Optional<Long> maximum, Optional<Pattern> pattern, int least, int most) {
        static final Limits NONE = new Limits(Optional.empty(), Optional.empty(), Optional.empty(), 0, MOST_ITEMS);
    }

    /** {@code integer}, {@code list of ip-filter-rule}. */
    public String typeText() {
        return list ? ParameterType.LIST + " of " + type.word() : type.word();
    }

    Parameter withDefault(ParameterValue value) {
        return new Parameter(name, type, list, unit, limits, value, description);
    }
}
