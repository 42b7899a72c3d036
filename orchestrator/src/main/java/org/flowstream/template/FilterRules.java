package org.flowstream.template;

import java.util.regex.Pattern;
import org.flowstream.problem.BadValueException;

/** The form of a filter rule's text that keeps it one argument; what it means is the argument type's to say. */
final class FilterRules {
    private static final int LONGEST = 1_000;
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_.:/!&|()<>=?+ -]+");

    private FilterRules() {}

    /** The rule with single spaces; a text that could be more, or less, than one argument is no rule. */
    static String parse(String text) {
        String rule = text.strip().replaceAll("[ \\t]+", " ");
        requireOneArgument(rule);
        return rule;
    }

    static void requireOneArgument(String rule) {
        if (rule.isEmpty()) {
            throw BadValueException.expected(rule, "a rule such as allow tcp dst port 80");
        }
        if (rule.length() > LONGEST) {
            throw BadValueException.of("a rule of " + rule.length() + " characters; expected at most " + LONGEST);
        }
        if (!FORM.matcher(rule).matches()) {
            String stranger = rule.codePoints()
                    .mapToObj(Character::toString)
                    .filter(it -> !FORM.matcher(it).matches())
                    .findFirst()
                    .orElse("");
            throw BadValueException.expected(
                    rule,
                    "a rule without '" + stranger + "'"
                            + (stranger.equals(",") ? "; each rule is an item of its own" : ""));
        }
        if (rule.contains("//") || rule.startsWith("/") || rule.endsWith("/")) {
            throw BadValueException.expected(rule, "a rule with '/' in prefixes alone, such as 192.0.2.0/24");
        }
        int depth = 0;
        for (int i = 0; i < rule.length() && depth >= 0; i++) {
            depth += rule.charAt(i) == '(' ? 1 : rule.charAt(i) == ')' ? -1 : 0;
        }
        if (depth != 0) {
            throw BadValueException.expected(rule, "a rule with as many '(' as ')'");
        }
    }
}
