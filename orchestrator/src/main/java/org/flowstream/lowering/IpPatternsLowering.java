package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;

/** {@code ip-patterns} and {@code ip6-patterns}: a packet leaves by the output whose number is that of the first pattern that matches. */
record IpPatternsLowering(String type, AddressFamily family) implements Lowering {
    @Override
    public Optional<Value> lower(Given given) {
        List<Integer> verdicts = new ArrayList<>();
        List<Condition> conditions = new ArrayList<>();
        for (int i = 0; i < given.items().size(); i++) {
            ConfigText pattern = ConfigStrings.unquote(given.items().get(i)).trim();
            Reporter reporter = given.reporter().within("pattern " + (i + 1));
            if (pattern.isEmpty()) {
                reporter.report(pattern, "it is empty; '-' matches everything");
            }
            verdicts.add(i);
            conditions.add(PatternParser.parse(family, pattern, reporter));
        }
        return Optional.of(Value.table(MatchTable.of(verdicts, conditions).toBytes()));
    }
}
