package org.flowstream.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Large sets of rules: what a packet, an image and a build pay for them, and that they decide as they are written. */
final class MatchTableTest {
    private static MatchTable table(List<String> patterns) {
        return MatchTable.of(
                Collections.nCopies(patterns.size(), 0),
                patterns.stream()
                        .map(it -> MatchCompilerTest.condition(new Ip4Family(), it))
                        .toList());
    }

    @Property(tries = 6)
    void largeSetsDecideAsTheyAreWritten(@ForAll long seed, @ForAll @IntRange(min = 500, max = 1200) int rules) {
        RandomRules random = new RandomRules(seed, false);
        List<NaivePattern> patterns = new ArrayList<>();
        for (int i = 0; i < rules; i++) {
            // Narrow ones, so that packets come far down the list.
            NaivePattern narrow = new NaivePattern.And(List.of(random.pattern(1), random.exactFlow()), " and ");
            patterns.add(random.below(100) == 0 ? random.pattern(2) : narrow);
        }
        MatchTable table = table(patterns.stream().map(NaivePattern::text).toList());
        for (int i = 0; i < 200; i++) {
            NaivePacket packet = random.packet();
            int expected = IntStream.range(0, rules)
                    .filter(it -> patterns.get(it).matches(packet))
                    .findFirst()
                    .orElse(-1);
            assertThat(MatchEvaluator.rule(table, packet.view()))
                    .as("seed " + seed + ", packet " + packet)
                    .isEqualTo(expected);
        }
    }

    /** What firewalls are made of: prefixes, hosts, ports, ranges, flags. */
    static List<String> mixed(int count) {
        RandomRules random = new RandomRules(count, false);
        List<String> rules = new ArrayList<>();
        for (int i = 0; i < count - 1; i++) {
            String net = "10." + random.below(64) + "." + random.below(256) + ".";
            String host = "10." + random.below(64) + "." + random.below(256) + "." + (1 + random.below(254));
            int port = random.below(60_000);
            rules.add(
                    switch (i % 8) {
                        case 0 -> "src net " + net + "0/24 && tcp dst port " + port;
                        case 1 -> "dst host " + host + " && udp dst port " + port;
                        case 2 -> "src net 10." + random.below(64) + ".0.0/16 && dst net " + net + "0/24 && tcp";
                        case 3 -> "host " + host + " && tcp opt syn";
                        case 4 ->
                            "icmp type echo && src net 10." + random.below(64) + "." + 16 * random.below(16) + ".0/20";
                        case 5 -> "src " + host + " && dst net " + net + "0/24 && tcp src port 80 or 443 or " + port;
                        case 6 ->
                            "dst net " + net + "0/24 && tcp dst port " + port + "-" + (port + 1000) + " && not ack";
                        default -> "udp src port " + port + " && dst net " + net + "0/24 && ip ttl > 3";
                    });
        }
        rules.add("all");
        return rules;
    }

    private static int visits(int rules) {
        IndexEvaluator evaluator = new IndexEvaluator((IndexedProgram) table(mixed(rules)));
        RandomRules random = new RandomRules(rules, false);
        for (int i = 0; i < 500; i++) {
            evaluator.rule(random.flow().view());
        }
        return evaluator.visited() / 500;
    }

    @Test
    void theNumberOfTestsHardlyGrowsWithTheRules() {
        assertThat(visits(100)).isLessThan(10);
        assertThat(visits(1000)).isLessThan(10);
        assertThat(visits(10_000)).isLessThan(25);
    }

    private static long build(List<String> patterns, int mostBytes) {
        List<Condition> conditions = patterns.stream()
                .map(it -> MatchCompilerTest.condition(new Ip4Family(), it))
                .toList();
        long best = Long.MAX_VALUE;
        int bytes = 0;
        for (int i = 0; i < 10; i++) {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            bytes = MatchTable.of(Collections.nCopies(conditions.size(), 0), conditions)
                    .toBytes()
                    .length;
            best = Math.min(best, ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start);
        }
        System.out.println(patterns.size() + " rules: " + best / 1000 + " us, " + bytes + " bytes");
        assertThat(bytes).isLessThan(mostBytes);
        return best / 1_000_000;
    }

    @Test
    void aThousandRulesAreBuiltQuicklyAndSmall() {
        assertThat(build(mixed(1000), 80_000)).isLessThan(100);
    }

    @Test
    void tenThousandRulesAreBuiltInSteadyTime() {
        assertThat(build(mixed(10_000), 800_000)).isLessThan(2000);
    }

    /** Nothing narrows these down; time and size stay in proportion to the rules. */
    @Test
    void rulesThatOverlapEverywhereStayBounded() {
        RandomRules random = new RandomRules(7, false);
        List<String> rules = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            rules.add("src net " + random.below(256) + "." + random.below(256) + ".0.0/" + random.below(17)
                    + " and dst net " + random.below(256) + "." + random.below(256) + ".0.0/" + random.below(17)
                    + " and src port > " + random.below(60_000) + " and dst port < " + (1 + random.below(60_000)));
        }
        assertThat(build(rules, 250_000)).isLessThan(1000);
        List<String> ranges = IntStream.range(0, 1000)
                .mapToObj(it -> "dst port " + it + "-" + (30_000 + it) + " and src port " + (1000 - it) + "-"
                        + (40_000 + 3 * it))
                .toList();
        assertThat(build(ranges, 250_000)).isLessThan(1000);
        List<String> negative = IntStream.range(0, 1000)
                .mapToObj(it -> "not (src host 10.0.0." + it % 250 + " or dst port " + it + ")")
                .toList();
        assertThat(build(negative, 250_000)).isLessThan(1000);
    }
}
