package org.flowstream.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.flowstream.model.ChainId;
import org.flowstream.model.PortName;
import org.flowstream.net.FlowMatch;
import org.flowstream.reconcile.World.Entered;
import org.flowstream.rules.FlowKey;
import org.flowstream.rules.RuleMatch;
import org.junit.jupiter.api.Test;

final class GrowthTest {
    private static final ChainId CHAIN = new ChainId(7);
    private static final PortName PORT = PortName.parse("uplink");
    private static final Growth.Way WAY = new Growth.Way(CHAIN, PORT);

    private final Growth growth = new Growth();

    private static Entered rule(String match, long packets) {
        return new Entered(
                CHAIN, PORT, new FlowKey(0, 1000, RuleMatch.inPort(1, FlowMatch.parse(match))), packets, 100 * packets);
    }

    @Test
    void rulesOfOneWayAreAddedUp() {
        assertThat(growth.see(List.of(rule("tcp", 5), rule("udp", 2)))).containsEntry(WAY, new Growth.Sum(7, 700));
    }

    @Test
    void aSumDoesNotFallWhenARuleGoesOrIsMadeAnew() {
        growth.see(List.of(rule("tcp", 5), rule("udp", 2)));
        assertThat(growth.see(List.of(rule("tcp", 6)))).containsEntry(WAY, new Growth.Sum(8, 800));
        assertThat(growth.see(List.of(rule("tcp", 1)))).containsEntry(WAY, new Growth.Sum(9, 900));
        assertThat(growth.see(List.of(rule("tcp", 1), rule("udp", 2)))).containsEntry(WAY, new Growth.Sum(11, 1100));
    }

    @Test
    void aChainThatIsDeclaredNoMoreIsForgotten() {
        growth.see(List.of(rule("tcp", 5)));
        growth.keepOnly(Set.of());
        growth.see(List.of());
        assertThat(growth.see(List.of(rule("tcp", 1)))).containsEntry(WAY, new Growth.Sum(1, 100));
    }
}
