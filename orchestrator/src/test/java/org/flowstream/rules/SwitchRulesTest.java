package org.flowstream.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeSet;
import org.flowstream.model.ChainId;
import org.flowstream.model.Installation;
import org.flowstream.net.FlowMatch;
import org.junit.jupiter.api.Test;

/** Whose the rules are that belong to no chain. */
final class SwitchRulesTest {
    private static final long OURS =
            ChainId.common(new Installation("/srv/ours")).bits();
    private static final long THEIRS =
            ChainId.common(new Installation("/srv/theirs")).bits();

    private static FlowRule ambiguous(long id) {
        return FlowRule.of(Cookie.of(Cookie.Kind.AMBIGUOUS, id), 0, 7, RuleMatch.inPort((int) (id >>> 16) + 1));
    }

    @Test
    void onABridgeOfOthersTheyAreThoseOfThisInstallationAndOfNobody() {
        SwitchRules found = new SwitchRules(List.of(ambiguous(OURS), ambiguous(THEIRS), ambiguous(0)), List.of());
        assertThat(found.common(OURS).flows()).containsExactlyInAnyOrder(ambiguous(OURS), ambiguous(0));
    }

    @Test
    void onAnotherInstallationsOwnBridgeWhatIsNobodysIsLeftAlone() {
        List<FlowRule> rules = new ArrayList<>(BridgeRules.own(Unclaimed.SWITCHED, List.of(1, 2), List.of(), Map.of())
                .flows());
        rules.add(ambiguous(0));
        assertThat(new SwitchRules(rules, List.of()).common(OURS).flows()).isEmpty();
        rules.add(ambiguous(OURS));
        assertThat(new SwitchRules(rules, List.of()).common(OURS).flows()).containsExactly(ambiguous(OURS));
    }

    @Test
    void equalRulesCompareEqualInWhicheverOrderTheyCome() {
        List<FlowRule> rules = new ArrayList<>();
        for (String flow : List.of(
                "",
                "ip",
                "ip,nw_dst=10.0.0.1",
                "ip,nw_dst=10.0.0.0/8",
                "ip,nw_src=10.0.0.1",
                "tcp,tp_dst=80",
                "tcp,tp_dst=81")) {
            for (int port = 1; port <= 3; port++) {
                rules.add(FlowRule.of(
                        Cookie.of(Cookie.Kind.ENTER, port), 0, 1402, RuleMatch.inPort(port, FlowMatch.parse(flow))));
            }
            rules.add(FlowRule.of(Cookie.of(Cookie.Kind.BASE, 0), 10, 7, RuleMatch.of(FlowMatch.parse(flow))));
        }
        rules.add(new FlowRule(
                1,
                new FlowKey(
                        0,
                        1402,
                        new RuleMatch(OptionalInt.of(1), FlowMatch.ANY, new TreeSet<>(List.of("80000c0402000000")))),
                List.of(),
                0,
                0));
        SwitchRules sorted = new SwitchRules(rules, List.of());
        Random random = new Random(4);
        for (int round = 0; round < 20; round++) {
            Collections.shuffle(rules, random);
            assertThat(new SwitchRules(rules, List.of())).isEqualTo(sorted);
        }
        // As people read it: by table, priority and text.
        assertThat(sorted.toString().lines().filter(line -> line.contains("table=0")))
                .isSortedAccordingTo(java.util.Comparator.comparing(line -> line.substring(line.indexOf("table="))));
    }

    @Test
    void oneCompanionServesTwoChains() {
        RuleMatch errors = RuleMatch.inPort(1, FlowMatch.parse("icmp,icmp_type=3"));
        FlowRule ours = FlowRule.of(Cookie.of(Cookie.Kind.COMPANION, 1), 0, 1400, errors, RuleAction.output(2));
        FlowRule theirs = FlowRule.of(Cookie.of(Cookie.Kind.COMPANION, 2), 0, 1400, errors, RuleAction.output(3));
        FlowRule entry = FlowRule.of(
                Cookie.of(Cookie.Kind.ENTER, 1),
                0,
                1402,
                RuleMatch.inPort(1, FlowMatch.parse("udp")),
                RuleAction.output(2));
        SwitchRules wanted = new SwitchRules(List.of(ours, entry), List.of());
        assertThat(beside(wanted, theirs).flows()).containsExactly(entry);
        assertThat(beside(wanted, ours)).isEqualTo(wanted);
        assertThat(beside(wanted)).isEqualTo(wanted);
    }

    private static SwitchRules beside(SwitchRules wanted, FlowRule... found) {
        return new FoundRules(new SwitchRules(List.of(found), List.of())).besideOthers(1, wanted);
    }
}
