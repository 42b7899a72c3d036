package org.flowstream.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.flowstream.chain.ChainPlan;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.PortName;
import org.junit.jupiter.api.Test;

/** What many chains may share is what each two of them may. */
final class EntriesTest {
    private static final List<String> FLOWS = List.of(
            "tcp,tp_dst=80",
            "tcp,nw_dst=10.0.0.2,tp_dst=80",
            "udp,nw_dst=10.0.0.2,tp_dst=53",
            "udp,nw_dst=10.0.0.3,tp_dst=53",
            "udp,nw_src=10.0.0.9,tp_dst=53",
            "tcp,nw_src=10.0.0.9,nw_dst=10.0.0.2,tp_dst=80",
            "ip,nw_dst=10.0.0.0/24",
            "ip,nw_dst=10.0.0.3",
            "icmp",
            "tcp6,ipv6_dst=2001:db8::2,tp_dst=80",
            "udp6,ipv6_src=2001:db8::9",
            "ipv6");
    private static final Map<PortName, Integer> NUMBERS = Map.of(Chains.UPLINK, 1, Chains.SERVERS, 2);

    private static Set<String> shared(List<ChainPlan> chains) {
        Set<String> rules = new TreeSet<>();
        BridgeRules.common(chains, NUMBERS, 7).flows().forEach(rule -> rules.add(rule.toString()));
        return rules;
    }

    @Test
    void whatManyMayShareIsWhatEachTwoMay() {
        Random random = new Random(5);
        for (int round = 0; round < 50; round++) {
            List<ChainPlan> chains = new ArrayList<>();
            for (int id = 1; id <= 8; id++) {
                String flow = FLOWS.get(random.nextInt(FLOWS.size()));
                chains.add(Chains.one(0x10 * id, flow, 100 + random.nextInt(2), FailurePolicy.CLOSED));
            }
            Set<String> ofEachTwo = new TreeSet<>();
            for (ChainPlan one : chains) {
                chains.stream()
                        .filter(other -> !other.equals(one))
                        .forEach(other -> ofEachTwo.addAll(shared(List.of(one, other))));
            }
            assertThat(shared(chains)).isEqualTo(ofEachTwo);
        }
    }

    /** By uplink those of its own address are near each, by servers those of its own and the errors, which name none. */
    @Test
    void ofFiveHundredChainsFewAreNearEach() {
        List<Entries.Entry> all = new ArrayList<>();
        for (int n = 0; n < 500; n++) {
            String flow = "tcp,nw_dst=198.19." + n / 250 + "." + n % 250 + ",tp_dst=80";
            ChainPlan chain = Chains.one(0x10 * (n + 1), flow, 100, FailurePolicy.CLOSED);
            all.addAll(BridgeRules.entries(chain, NUMBERS));
        }
        Entries entries = new Entries(all);
        long near = entries.all().stream()
                .mapToLong(entry -> entries.near(entry).size())
                .sum();
        assertThat(near).isLessThan(20L * entries.all().size());
    }
}
