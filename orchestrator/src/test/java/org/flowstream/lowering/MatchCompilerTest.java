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
import org.flowstream.click.ConfigText;
import org.flowstream.click.GraphElement;
import org.flowstream.problem.Place;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.junit.jupiter.api.Test;

/** What the compiled program decides is what reading the rules one by one decides. */
final class MatchCompilerTest {
    private static final int PACKETS = 60;

    static Condition condition(AddressFamily family, String pattern) {
        Problems problems = new Problems();
        ConfigText text = ConfigText.of(new Place(new SourceText("test", pattern), 0, pattern.length()));
        GraphElement element = new GraphElement("f", "F", text, List.of(), text.place());
        Condition condition = PatternParser.parse(family, text, new Reporter(element, problems));
        assertThat(problems.list()).as(pattern).isEmpty();
        return condition;
    }

    private static MatchTable indexed(AddressFamily family, List<String> patterns) {
        return IndexCompiler.compile(
                Collections.nCopies(patterns.size(), 0),
                patterns.stream().map(it -> condition(family, it)).toList());
    }

    private static MatchProgram compile(AddressFamily family, List<String> patterns) {
        return MatchCompiler.compile(
                Collections.nCopies(patterns.size(), 0),
                patterns.stream().map(it -> condition(family, it)).toList());
    }

    private static void check(RandomRules random, AddressFamily family, int rules, int depth) {
        List<NaivePattern> patterns = new ArrayList<>();
        for (int i = 0; i < rules; i++) {
            patterns.add(random.pattern(depth));
        }
        MatchProgram program =
                compile(family, patterns.stream().map(NaivePattern::text).toList());
        MatchEvaluator evaluator = new MatchEvaluator(MatchProgram.read(program.toBytes()));
        MatchTable indexed =
                indexed(family, patterns.stream().map(NaivePattern::text).toList());
        for (int i = 0; i < PACKETS; i++) {
            NaivePacket packet = random.packet();
            int expected = IntStream.range(0, rules)
                    .filter(it -> patterns.get(it).matches(packet))
                    .findFirst()
                    .orElse(-1);
            assertThat(evaluator.rule(packet.view()))
                    .as(() ->
                            "rules " + patterns.stream().map(NaivePattern::text).toList() + "\npacket " + packet)
                    .isEqualTo(expected);
            assertThat(MatchEvaluator.rule(indexed, packet.view()))
                    .as(() -> "indexed rules "
                            + patterns.stream().map(NaivePattern::text).toList() + "\npacket " + packet)
                    .isEqualTo(expected);
        }
    }

    @Property(tries = 400)
    void fewDeepRulesDecideAsTheyAreWritten(@ForAll long seed, @ForAll @IntRange(max = 4) int rules) {
        check(new RandomRules(seed, false), new Ip4Family(), rules, 3);
    }

    @Property(tries = 60)
    void manyRulesDecideAsTheyAreWritten(@ForAll long seed, @ForAll @IntRange(min = 20, max = 120) int rules) {
        check(new RandomRules(seed, false), new Ip4Family(), rules, 1);
    }

    @Property(tries = 300)
    void rulesOverIp6DecideAsTheyAreWritten(@ForAll long seed, @ForAll @IntRange(max = 30) int rules) {
        check(new RandomRules(seed, true), new Ip6Family(), rules, 2);
    }

    /** Rules as in {@code facts}: five-tuples, the last denies. */
    private static List<String> fiveTuples(int count) {
        List<String> rules = new ArrayList<>();
        for (int i = 0; i < count - 1; i++) {
            rules.add("src net 10." + i % 200 + "." + i / 200 + ".0/24 and dst host 192.0.2." + i % 250 + " and "
                    + (i % 3 == 0 ? "udp" : "tcp") + " and dst port " + (1000 + i % 700));
        }
        rules.add("all");
        return rules;
    }

    private static int visits(int rules) {
        MatchEvaluator evaluator = new MatchEvaluator(compile(new Ip4Family(), fiveTuples(rules)));
        RandomRules random = new RandomRules(rules, false);
        for (int i = 0; i < 200; i++) {
            NaivePacket packet = random.packet();
            evaluator.rule(packet.view());
        }
        return evaluator.visited() / 200;
    }

    /** Of this thread: other work on the machine does not count. */
    private static long cpuTime() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @Test
    void theNumberOfTestsHardlyGrowsWithTheRules() {
        assertThat(visits(1000)).isLessThan(2 * visits(50) + 10);
        assertThat(visits(1000)).isLessThan(30);
    }

    @Test
    void aThousandRulesCompileQuickly() {
        List<Condition> conditions = fiveTuples(1000).stream()
                .map(it -> condition(new Ip4Family(), it))
                .toList();
        long best = Long.MAX_VALUE;
        int bytes = 0;
        for (int i = 0; i < 20; i++) {
            long start = cpuTime();
            bytes = MatchCompiler.compile(Collections.nCopies(1000, 0), conditions)
                    .toBytes()
                    .length;
            best = Math.min(best, cpuTime() - start);
        }
        System.out.println("1,000 rules: " + best / 1_000_000 + " ms, " + bytes + " bytes");
        assertThat(best).isLessThan(100_000_000);
        assertThat(bytes).isLessThan(400_000);
    }

    /** Overlapping prefixes and ranges in every field: the graph would be huge, so the bound must hold. */
    @Test
    void rulesThatOverlapEverywhereStayBounded() {
        RandomRules random = new RandomRules(7, false);
        List<String> rules = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            rules.add("src net " + random.below(256) + "." + random.below(256) + ".0.0/" + random.below(17)
                    + " and dst net " + random.below(256) + "." + random.below(256) + ".0.0/" + random.below(17)
                    + " and src port > " + random.below(60000) + " and dst port < " + (1 + random.below(60000)));
        }
        List<Condition> conditions =
                rules.stream().map(it -> condition(new Ip4Family(), it)).toList();
        MatchCompiler.compile(Collections.nCopies(1000, 0), conditions);
        long start = cpuTime();
        int bytes =
                MatchCompiler.compile(Collections.nCopies(1000, 0), conditions).toBytes().length;
        long time = cpuTime() - start;
        System.out.println("1,000 overlapping rules: " + time / 1_000_000 + " ms, " + bytes + " bytes");
        assertThat(bytes).isLessThan(2_000_000);
        assertThat(time).isLessThan(2_000_000_000L);
    }

    @Test
    void longChainsDoNotOverflowTheStack() {
        List<String> rules = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            rules.add("port " + i);
        }
        MatchEvaluator evaluator = new MatchEvaluator(compile(new Ip4Family(), rules));
        RandomRules random = new RandomRules(3, false);
        for (int i = 0; i < 50; i++) {
            NaivePacket packet = random.packet();
            boolean ports = (packet.protocol() == 6 || packet.protocol() == 17) && !packet.isLaterFragment();
            long source = ports ? packet.transport(0, 2) : -1;
            long destination = ports ? packet.transport(2, 2) : -1;
            long least = Math.min(source < 0 ? 99_999 : source, destination < 0 ? 99_999 : destination);
            assertThat(evaluator.rule(packet.view())).isEqualTo(least < 20_000 ? (int) least : -1);
        }
    }

    @Test
    void noRulesAndConstantRules() {
        assertThat(compile(new Ip4Family(), List.of()).root()).isEqualTo(MatchProgram.NONE);
        assertThat(compile(new Ip4Family(), List.of("any", "tcp")).root()).isEqualTo(MatchProgram.leaf(0));
        assertThat(compile(new Ip4Family(), List.of("false", "tcp and udp", "-"))
                        .root())
                .isEqualTo(MatchProgram.leaf(2));
    }
}
