package org.flowstream.model;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.problem.BadValueException;

/** Durations as users write them: a whole number and a unit, {@code 500ms}, {@code 1s}, {@code 5min}, {@code 1h}. */
public final class Durations {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(us|ms|s|min|h)");
    private static final Map<String, Duration> UNITS = new LinkedHashMap<>();

    static {
        UNITS.put("h", Duration.ofHours(1));
        UNITS.put("min", Duration.ofMinutes(1));
        UNITS.put("s", Duration.ofSeconds(1));
        UNITS.put("ms", Duration.ofMillis(1));
        UNITS.put("us", Duration.ofNanos(1000));
    }

    private Durations() {}

    public static Duration parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw BadValueException.expected(text, "a duration such as 500ms, 1s, 5min or 1h");
        }
        return unit(matcher.group(2)).multipliedBy(Long.parseLong(matcher.group(1)));
    }

    /** The shortest text that {@link #parse} takes back; parts of a microsecond are lost. */
    public static String text(Duration duration) {
        for (Map.Entry<String, Duration> unit : UNITS.entrySet()) {
            long count = duration.dividedBy(unit.getValue());
            if (count > 0 && unit.getValue().multipliedBy(count).equals(duration)) {
                return count + unit.getKey();
            }
        }
        return duration.toNanos() / 1000 + "us";
    }

    private static Duration unit(String name) {
        Duration unit = UNITS.get(name);
        if (unit == null) {
            throw BadValueException.expected(name, "a unit of time");
        }
        return unit;
    }
}
