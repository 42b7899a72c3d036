package org.flowstream.lowering;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.regex.Pattern;
import org.flowstream.problem.BadValueException;

/** {@code fraction}: a decimal number, as an integer with 32 bits of fraction. */
record FractionLowering() implements Lowering {
    private static final Pattern FORM = Pattern.compile("[0-9]{1,10}(\\.[0-9]{0,30})?|\\.[0-9]{1,30}");
    private static final BigDecimal ONE = BigDecimal.valueOf(1L << 32);

    @Override
    public String type() {
        return "fraction";
    }

    @Override
    public Optional<Value> lower(Given given) {
        return Parsing.of(
                given,
                text -> Value.integer(
                        parse(text, given.argument().minimum(), given.argument().maximum())));
    }

    private static long parse(String text, long minimum, long maximum) {
        long most = maximum == 0 ? Integer.MAX_VALUE : maximum;
        if (FORM.matcher(text).matches()) {
            BigDecimal number = new BigDecimal(text);
            if (number.compareTo(BigDecimal.valueOf(minimum)) >= 0 && number.compareTo(BigDecimal.valueOf(most)) <= 0) {
                return number.multiply(ONE).setScale(0, RoundingMode.HALF_UP).longValueExact();
            }
        }
        throw BadValueException.expected(text, "a number from " + minimum + " to " + most + ", such as 0.25");
    }
}
