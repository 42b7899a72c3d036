package org.flowstream.lowering;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.problem.BadValueException;

/** {@code rate}: a number per second, with k, M or G for thousands, millions or thousand millions. */
record RateLowering() implements Lowering {
    private static final Pattern FORM = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([kMG]?)(?:/s)?");
    private static final Map<String, Long> FACTORS = Map.of("", 1L, "k", 1_000L, "M", 1_000_000L, "G", 1_000_000_000L);

    @Override
    public String type() {
        return "rate";
    }

    @Override
    public Optional<Value> lower(Given given) {
        return Parsing.of(given, text -> Value.integer(parse(text)));
    }

    private static long parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw BadValueException.expected(text, "a rate per second such as 100, 1.5k, 2M or 10/s");
        }
        long factor = FACTORS.getOrDefault(matcher.group(2), 1L);
        BigDecimal rate = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(factor));
        boolean whole = rate.stripTrailingZeros().scale() <= 0;
        if (!whole || rate.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw BadValueException.expected(text, "a whole number per second");
        }
        return rate.longValue();
    }
}
