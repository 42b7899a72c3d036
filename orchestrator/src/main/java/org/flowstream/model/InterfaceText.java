package org.flowstream.model;

import java.util.regex.Pattern;
import org.flowstream.problem.BadValueException;

/** The rule that port and bridge names share: both are names of network interfaces in Linux (IFNAMSIZ is 16). */
final class InterfaceText {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_.-]{1,15}");

    private InterfaceText() {}

    static void check(String text, String what) {
        if (!FORM.matcher(text).matches() || text.equals(".") || text.equals("..") || text.startsWith("-")) {
            throw BadValueException.expected(
                    text, what + " of 1 to 15 letters, digits and . _ -, not beginning with a hyphen");
        }
    }
}
