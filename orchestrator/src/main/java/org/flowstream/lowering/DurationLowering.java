package org.flowstream.lowering;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.problem.BadValueException;

/**
 * {@code duration}: a number with a unit, seconds without one, as nanoseconds; with a sign where the class's least value
 * is below zero.
 */
record DurationLowering() implements Lowering {
    private static final Pattern FORM = Pattern.compile("([+-]?)([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)\\s*([a-z]*)");
    private static final Map<String, Long> UNITS = Map.ofEntries(
            Map.entry("", 1_000_000_000L),
            Map.entry("s", 1_000_000_000L),
            Map.entry("sec", 1_000_000_000L),
            Map.entry("ms", 1_000_000L),
            Map.entry("msec", 1_000_000L),
            Map.entry("us", 1_000L),
            Map.entry("usec", 1_000L),
            Map.entry("ns", 1L),
            Map.entry("nsec", 1L),
            Map.entry("m", 60_000_000_000L),
            Map.entry("min", 60_000_000_000L),
            Map.entry("h", 3_600_000_000_000L),
            Map.entry("hr", 3_600_000_000_000L));

    @Override
    public String type() {
        return "duration";
    }

    @Override
    public Optional<Value> lower(Given given) {
        boolean signed = given.argument().minimum() < 0;
        return Parsing.of(given, text -> Value.integer(parse(text, signed)));
    }

    private static long parse(String text, boolean signed) {
        Matcher matcher = FORM.matcher(text);
        Long unit = matcher.matches() ? UNITS.get(matcher.group(3)) : null;
        if (unit == null || (!signed && !matcher.group(1).isEmpty())) {
            throw BadValueException.expected(text, "a duration such as 10s, 500ms or 20us");
        }
        BigDecimal nanoseconds = new BigDecimal(matcher.group(2)).multiply(BigDecimal.valueOf(unit));
        if (nanoseconds.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw BadValueException.expected(text, "a duration of at most 292 years");
        }
        return "-".equals(matcher.group(1)) ? -nanoseconds.longValue() : nanoseconds.longValue();
    }
}
