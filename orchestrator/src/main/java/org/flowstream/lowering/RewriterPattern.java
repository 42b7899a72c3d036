package org.flowstream.lowering;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.net.Ip4Address;
import org.flowstream.problem.BadValueException;

/** The rewriters' pattern: {@code SADDR SPORT DADDR DPORT}, {@code SADDR DADDR SPORT} or {@code SADDR DADDR}. */
final class RewriterPattern {
    private static final int FULL = 4;
    private static final int PORT_MOST = 65535;
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,5})-([0-9]{1,5})[#?]?");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");

    private RewriterPattern() {}

    /** What is wrong with a pattern, in Click's words; empty when nothing is. */
    static Optional<String> wrong(List<String> words) {
        if (words.size() < 2 || words.size() > FULL) {
            return Optional.of("syntax error");
        }
        boolean ports = words.size() > 2;
        String source = words.get(0);
        if (!isAddress(source) && (ports || !isAddressRange(source))) {
            return Optional.of("bad source address");
        }
        String sourcePort = words.size() == FULL ? words.get(1) : ports ? words.get(2) : "-";
        if (!isPort(sourcePort) && !isPortRange(sourcePort)) {
            return Optional.of("bad source port");
        }
        if (!isAddress(words.get(words.size() == FULL ? 2 : 1))) {
            return Optional.of("bad destination address");
        }
        return words.size() == FULL && !isPort(words.get(FULL - 1))
                ? Optional.of("bad destination port")
                : Optional.empty();
    }

    /** Whether the word is a number of at most {@code most}. */
    static boolean isNumber(String word, long most) {
        return NUMBER.matcher(word).matches() && Long.parseLong(word) <= most;
    }

    private static boolean isPort(String word) {
        return "-".equals(word) || (isNumber(word, PORT_MOST) && Long.parseLong(word) > 0);
    }

    private static boolean isPortRange(String word) {
        Matcher range = RANGE.matcher(word);
        return range.matches()
                && isNumber(range.group(2), PORT_MOST)
                && Integer.parseInt(range.group(1)) <= Integer.parseInt(range.group(2));
    }

    private static boolean isAddress(String word) {
        return "-".equals(word) || address(word).isPresent();
    }

    private static boolean isAddressRange(String word) {
        String range = word.endsWith("#") || word.endsWith("?") ? word.substring(0, word.length() - 1) : word;
        int dash = range.indexOf('-');
        if (dash >= 0) {
            Optional<Integer> first = address(range.substring(0, dash));
            Optional<Integer> last = address(range.substring(dash + 1));
            return first.isPresent() && last.isPresent() && Integer.compareUnsigned(first.get(), last.get()) <= 0;
        }
        try {
            IpPrefixLowering.parse(range);
            return true;
        } catch (BadValueException e) {
            return false;
        }
    }

    private static Optional<Integer> address(String word) {
        try {
            return Optional.of(Ip4Address.parse(word).bits());
        } catch (BadValueException e) {
            return Optional.empty();
        }
    }
}
