package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;

/**
 * {@code ip-filter-rules} and {@code ip6-filter-rules}: {@code ACTION PATTERN} each, the first whose pattern matches
 * decides.
 */
record IpFilterRulesLowering(String type, AddressFamily family) implements Lowering {
    private static final Set<String> DROPS = Set.of("deny", "drop", "reject");
    private static final Set<String> PASSES = Set.of("allow", "accept");
    private static final List<String> ACTIONS = List.of("allow", "deny", "drop", "accept", "reject");

    @Override
    public Optional<Value> lower(Given given) {
        List<Integer> verdicts = new ArrayList<>();
        List<Condition> conditions = new ArrayList<>();
        for (int i = 0; i < given.items().size(); i++) {
            ConfigText rule = ConfigStrings.unquote(given.items().get(i)).trim();
            Reporter reporter = given.reporter().within("rule " + (i + 1));
            int end = 0;
            while (end < rule.length() && !Character.isWhitespace(rule.charAt(end))) {
                end++;
            }
            verdicts.add(verdict(rule.substring(0, end), given.outputs(), reporter));
            conditions.add(PatternParser.parse(family, rule.substring(end, rule.length()), reporter));
        }
        return Optional.of(Value.table(MatchTable.of(verdicts, conditions).toBytes()));
    }

    private static int verdict(ConfigText action, int outputs, Reporter reporter) {
        String text = action.text();
        if (DROPS.contains(text)) {
            return MatchProgram.DROP;
        }
        OptionalLong number = PASSES.contains(text) ? OptionalLong.of(0) : PatternNumber.parse(text);
        if (number.isEmpty()) {
            reporter.reportUnknown(
                    action,
                    0,
                    text.length(),
                    "'" + text + "': expected allow, deny, drop or an output number",
                    ACTIONS);
            return MatchProgram.DROP;
        }
        if (number.getAsLong() >= outputs) {
            reporter.report(
                    action,
                    "'" + text + "': there is no output " + number.getAsLong() + ", the element has "
                            + (outputs == 0 ? "none" : outputs));
            return MatchProgram.DROP;
        }
        return (int) number.getAsLong();
    }
}
