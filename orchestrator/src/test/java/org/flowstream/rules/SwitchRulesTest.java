package org.flowstream.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
        assertThat(wanted.besideOthers(1, new SwitchRules(List.of(theirs), List.of()))
                        .flows())
                .containsExactly(entry);
        assertThat(wanted.besideOthers(1, new SwitchRules(List.of(ours), List.of())))
                .isEqualTo(wanted);
        assertThat(wanted.besideOthers(1, SwitchRules.NONE)).isEqualTo(wanted);
    }
}
