package org.flowstream.lowering;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.problem.BadValueException;

/** {@code bandwidth}: bits or bytes per second, as bytes per second; a bare number is bytes. */
record BandwidthLowering() implements Lowering {
    private static final Pattern FORM =
            Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)\\s*([kKMG]?)(bps|b/s|baud|Bps|B/s|)");
    private static final Map<String, Long> FACTORS =
            Map.of("", 1L, "k", 1_000L, "K", 1_000L, "M", 1_000_000L, "G", 1_000_000_000L);
    /** 100 Gbit/s is a tenth of it; a day's worth of nanoseconds and bytes still fits into 64 bits. */
    private static final BigDecimal MOST = BigDecimal.valueOf(1_000_000_000_000L);

    @Override
    public String type() {
        return "bandwidth";
    }

    @Override
    public Optional<Value> lower(Given given) {
        return Parsing.of(given, text -> Value.integer(parse(text)));
    }

    private static long parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw BadValueException.expected(text, "a bandwidth such as 10Mbps, 1.5kBps or 100 (bytes per second)");
        }
        BigDecimal given = new BigDecimal(matcher.group(1))
                .multiply(BigDecimal.valueOf(FACTORS.getOrDefault(matcher.group(2), 1L)));
        String unit = matcher.group(3);
        boolean bytes = unit.isEmpty() || unit.startsWith("B");
        BigDecimal rate = bytes
                ? given.setScale(0, RoundingMode.HALF_UP)
                : given.divide(BigDecimal.valueOf(8), 0, RoundingMode.HALF_UP);
        if (rate.compareTo(MOST) > 0) {
            throw BadValueException.expected(text, "a bandwidth of at most 8000Gbps");
        }
        return rate.longValue();
    }
}
