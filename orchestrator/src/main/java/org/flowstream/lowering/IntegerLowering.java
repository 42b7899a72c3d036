package org.flowstream.lowering;

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.element.ElementClass;

/**
 * {@code integer}: decimal, {@code 0x} hex or {@code 0} octal, within the range that the class declares; where that is of
 * ports, also the name of a well-known one.
 */
record IntegerLowering() implements Lowering {
    private static final BigInteger MOST_OF_PORTS = BigInteger.valueOf(65535);
    private static final Pattern FORM = Pattern.compile("([+-]?)(?:0[xX](\\p{XDigit}+)|0([0-7]+)|([0-9]+))");

    @Override
    public String type() {
        return "integer";
    }

    @Override
    public Optional<Value> lower(Given given) {
        Optional<BigInteger> number = parse(given.text().text());
        BigInteger least = bound(given.argument(), true);
        BigInteger most = bound(given.argument(), false);
        Integer port = PatternNames.PORTS.get(given.text().text());
        if (port != null && most.equals(MOST_OF_PORTS)) {
            return Optional.of(Value.integer(port));
        }
        if (number.isEmpty()) {
            given.expected(range(least, most));
            return Optional.empty();
        }
        boolean below = number.get().compareTo(least) < 0;
        if (below || number.get().compareTo(most) > 0) {
            given.refuse(
                    "out of range, bound " + (below ? least : most),
                    given.found() + ", expected " + range(least, most));
            return Optional.empty();
        }
        return Optional.of(Value.integer(number.get().longValueExact()));
    }

    private static Optional<BigInteger> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int group = matcher.group(2) != null ? 2 : matcher.group(3) != null ? 3 : 4;
        int radix = group == 2 ? 16 : group == 3 ? 8 : 10;
        BigInteger number = new BigInteger(matcher.group(group), radix);
        return Optional.of("-".equals(matcher.group(1)) ? number.negate() : number);
    }

    private static BigInteger bound(ElementClass.Argument argument, boolean least) {
        boolean declared = argument.minimum() != 0 || argument.maximum() != 0;
        return BigInteger.valueOf(
                least
                        ? declared ? argument.minimum() : Long.MIN_VALUE
                        : declared ? argument.maximum() : Long.MAX_VALUE);
    }

    private static String range(BigInteger least, BigInteger most) {
        boolean open = most.equals(BigInteger.valueOf(Long.MAX_VALUE));
        if (least.equals(BigInteger.valueOf(Long.MIN_VALUE))) {
            return open ? "an integer" : "an integer up to " + most;
        }
        return open ? "an integer from " + least + " on" : "an integer from " + least + " to " + most;
    }
}
