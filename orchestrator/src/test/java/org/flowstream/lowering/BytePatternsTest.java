package org.flowstream.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.flowstream.click.ConfigText;
import org.flowstream.click.GraphElement;
import org.flowstream.problem.Place;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;

/** Classifier's patterns decide as reading them digit by digit does, in both forms of tables. */
final class BytePatternsTest {
    private static final String DIGITS = "0123456789abcdef";

    /** {@code OFFSET/VALUE%MASK}, with ? for digits that do not count; negated or not. */
    private record Clause(boolean negated, int offset, String value, String mask) {
        String text() {
            return (negated ? "!" : "") + offset + "/" + value + (mask.isEmpty() ? "" : "%" + mask);
        }

        boolean matches(byte[] frame) {
            return negated != equal(frame);
        }

        private boolean equal(byte[] frame) {
            for (int i = 0; i < value.length(); i++) {
                int bits = mask.isEmpty() ? 15 : DIGITS.indexOf(mask.charAt(i));
                if (value.charAt(i) == '?' || bits == 0) {
                    continue;
                }
                int at = offset + i / 2;
                int digit = at < frame.length ? frame[at] >> (i % 2 == 0 ? 4 : 0) & 15 : -1;
                if (digit < 0 || ((digit ^ DIGITS.indexOf(value.charAt(i))) & bits) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private static Clause clause(Random random) {
        int bytes = 1 + random.nextInt(6);
        StringBuilder value = new StringBuilder();
        StringBuilder mask = new StringBuilder();
        for (int i = 0; i < 2 * bytes; i++) {
            value.append(random.nextInt(8) == 0 ? '?' : DIGITS.charAt(random.nextInt(2)));
            mask.append(DIGITS.charAt(random.nextInt(3) == 0 ? random.nextInt(16) : 15));
        }
        return new Clause(
                random.nextInt(5) == 0,
                random.nextInt(12),
                value.toString(),
                random.nextInt(3) == 0 ? mask.toString() : "");
    }

    private static Condition condition(List<Clause> pattern) {
        String written = pattern.stream().map(Clause::text).collect(Collectors.joining(" "));
        Problems problems = new Problems();
        ConfigText text = ConfigText.of(new Place(new SourceText("test", written), 0, written.length()));
        GraphElement element = new GraphElement("c", "C", text, List.of(), text.place());
        Condition condition = BytePatternsLowering.pattern(text, new Reporter(element, problems));
        assertThat(problems.list()).as(written).isEmpty();
        return condition;
    }

    private static MatchEvaluator.View view(byte[] frame) {
        return new MatchEvaluator.View() {
            @Override
            public byte[] frame() {
                return frame;
            }

            @Override
            public byte[] network() {
                return new byte[0];
            }

            @Override
            public byte[] transport() {
                return new byte[0];
            }

            @Override
            public int computed(int field) {
                return 0;
            }
        };
    }

    @Property(tries = 60)
    void patternsDecideAsTheyAreWritten(@ForAll long seed, @ForAll @IntRange(min = 1, max = 120) int count) {
        Random random = new Random(seed);
        List<List<Clause>> patterns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            patterns.add(IntStream.rangeClosed(0, random.nextInt(3))
                    .mapToObj(it -> clause(random))
                    .toList());
        }
        List<Condition> conditions =
                patterns.stream().map(BytePatternsTest::condition).toList();
        List<Integer> verdicts = Collections.nCopies(count, 0);
        MatchTable graph = MatchCompiler.compile(verdicts, conditions);
        MatchTable index = IndexCompiler.compile(verdicts, conditions);
        for (int i = 0; i < 40; i++) {
            byte[] frame = new byte[random.nextInt(20)];
            for (int k = 0; k < frame.length; k++) {
                frame[k] = (byte) (random.nextInt(2) << 4 | random.nextInt(2));
            }
            int expected = IntStream.range(0, count)
                    .filter(it -> patterns.get(it).stream().allMatch(clause -> clause.matches(frame)))
                    .findFirst()
                    .orElse(-1);
            assertThat(MatchEvaluator.rule(graph, view(frame))).isEqualTo(expected);
            assertThat(MatchEvaluator.rule(index, view(frame))).isEqualTo(expected);
        }
    }
}
