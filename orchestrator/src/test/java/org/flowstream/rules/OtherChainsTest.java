package org.flowstream.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Stage;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.PortName;
import org.junit.jupiter.api.Test;

/** Two chains of one priority whose ICMP errors cannot be told apart: they are for one host. */
class OtherChainsTest {
    private static final ChainPlan WEB = Chains.one(0x10, "tcp,nw_dst=10.0.0.2,tp_dst=80", 100, FailurePolicy.CLOSED);
    private static final ChainPlan NAMES = Chains.one(0x20, "udp,nw_dst=10.0.0.2,tp_dst=53", 100, FailurePolicy.CLOSED);
    private static final Map<PortName, Integer> NUMBERS = Chains.numbers(10, WEB, NAMES);
    /** Host unreachable and its like about the two, by uplink. */
    private static final String ERRORS = "icmp,nw_dst=10.0.0.2,icmp_type=3,in_port=1";

    private static SwitchRules rules(ChainPlan plan) {
        return RuleCompiler.compile(plan, Stage.STEERED, NUMBERS, Set.of());
    }

    private static OtherChains beside(ChainPlan other) {
        return new OtherChains(List.of(other), OtherChainsTest::rules, NUMBERS, 0, true);
    }

    private static List<FlowRule> added(List<SwitchChange> changes) {
        return changes.stream()
                .filter(SwitchChange.AddFlow.class::isInstance)
                .map(change -> ((SwitchChange.AddFlow) change).rule())
                .filter(rule -> rule.key().match().toString().equals(ERRORS))
                .toList();
    }

    private static Cookie.Kind kind(FlowRule rule) {
        return new Cookie(rule.cookie()).kind().orElseThrow();
    }

    @Test
    void theSecondChainComesWithTheDropOfWhatMayBeOfEither() {
        List<SwitchChange> changes = beside(WEB).steer(NAMES, rules(NAMES), new FoundRules(rules(WEB)));
        assertThat(added(changes)).singleElement().satisfies(rule -> {
            assertThat(kind(rule)).isEqualTo(Cookie.Kind.AMBIGUOUS);
            assertThat(rule.actions()).isEmpty();
        });
    }

    /** Left to a later bundle, it took the other chain's errors for some milliseconds after the change was answered. */
    @Test
    void theDropGoesWithTheFlowThatItWasForUnlessAnotherChainIsAboutToChange() {
        ChainPlan elsewhere = Chains.one(0x20, "udp,nw_dst=10.0.0.3,tp_dst=53", 100, FailurePolicy.CLOSED);
        SwitchRules both = rules(WEB).and(BridgeRules.common(List.of(WEB, NAMES), NUMBERS, 0));
        FoundRules found = new FoundRules(both.and(new FoundRules(both).besideOthers(0x20, rules(NAMES))));
        OtherChains unsettled = new OtherChains(List.of(WEB), OtherChainsTest::rules, NUMBERS, 0, false);
        assertThat(dropsThatGo(beside(WEB).steer(elsewhere, rules(elsewhere), found)))
                .contains(ERRORS)
                // Five sorts of ICMP errors about the one host.
                .hasSize(5);
        assertThat(dropsThatGo(unsettled.steer(elsewhere, rules(elsewhere), found)))
                .isEmpty();
        assertThat(dropsThatGo(beside(WEB).steer(NAMES, rules(NAMES), found)))
                .as("what both still have in common")
                .isEmpty();
    }

    private static List<String> dropsThatGo(List<SwitchChange> changes) {
        return changes.stream()
                .filter(SwitchChange.DeleteFlow.class::isInstance)
                .map(change -> ((SwitchChange.DeleteFlow) change).rule())
                .filter(FlowRule::isAmbiguous)
                .map(rule -> rule.key().match().toString())
                .toList();
    }

    @Test
    void whatStoodForBothIsTheOthersWhenOneGoes() {
        List<SwitchChange> changes = beside(NAMES).clear(rules(WEB));
        assertThat(added(changes)).singleElement().satisfies(rule -> {
            assertThat(kind(rule)).isEqualTo(Cookie.Kind.COMPANION);
            assertThat(new Cookie(rule.cookie()).id()).isEqualTo(NAMES.id().bits());
        });
        assertThat(changes.stream()
                        .filter(SwitchChange.DeleteFlow.class::isInstance)
                        .map(change -> ((SwitchChange.DeleteFlow) change).rule())
                        .map(rule -> rule.key().match().toString())
                        .collect(Collectors.toSet()))
                .as("the flow of the one that goes, and no place that is the other's too")
                .contains("tcp,nw_dst=10.0.0.2,tp_dst=80,in_port=1")
                .doesNotContain(ERRORS);
    }
}
