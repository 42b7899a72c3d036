package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.flowstream.lowering.Formulas.Formula;
import org.flowstream.lowering.Formulas.Range;
import org.jspecify.annotations.Nullable;

/** Chooses the test that parts a list of conditions best. */
final class TestChoice {
    /** A test on a word. */
    record Test(int word, Range range) {}

    /** Up to this length every test is looked at; above, only bounds, and only those that part the list well. */
    private static final int SHORT = 24;

    private final Formulas formulas;

    TestChoice(Formulas formulas) {
        this.formulas = formulas;
    }

    /** The best test so far, and how many conditions it leaves on both sides together and on the longer one. */
    private static final class Best {
        private @Nullable Test test;
        private long sum = Long.MAX_VALUE;
        private long longer;
        private boolean exact;

        void offer(Test offered, long yes, long no, boolean offeredExact) {
            long offeredSum = yes + no;
            long offeredLonger = Math.max(yes, no);
            boolean better = offeredSum != sum
                    ? offeredSum < sum
                    : offeredLonger != longer ? offeredLonger < longer : offeredExact && !exact;
            if (better) {
                test = offered;
                sum = offeredSum;
                longer = offeredLonger;
                exact = offeredExact;
            }
        }
    }

    /** Null when the conditions are best tested in turn. None of them is constant, but the last may be true. */
    @Nullable
    Test best(List<Formula> conditions) {
        int count = conditions.size();
        Map<Integer, List<Range>> needs = new TreeMap<>();
        for (Formula condition : conditions) {
            condition.needs.forEach((word, range) -> {
                boolean useful =
                        range.low() > 0 || range.high() < formulas.word(word).greatest();
                if (useful) {
                    needs.computeIfAbsent(word, it -> new ArrayList<>()).add(range);
                }
            });
        }
        Best best = new Best();
        needs.forEach((word, ranges) -> {
            offerBounds(word, ranges, count - ranges.size(), best);
            if (count <= SHORT) {
                offerRanges(word, ranges, count - ranges.size(), best);
            }
        });
        if (count <= SHORT) {
            return best.test != null ? best.test : first(conditions.get(0));
        }
        boolean parts = 4 * best.sum <= 7L * count && 20 * best.longer <= 19L * count;
        return best.test != null && parts ? best.test : null;
    }

    private static Test first(Formula condition) {
        Formula test = Formulas.firstTest(condition);
        return new Test(test.word, new Range(test.low, test.high));
    }

    /** Tests of the form "at most": between the bounds of ranges. */
    private void offerBounds(int word, List<Range> ranges, int free, Best best) {
        long greatest = formulas.word(word).greatest();
        long[] lows = ranges.stream().mapToLong(Range::low).sorted().toArray();
        long[] highs = ranges.stream().mapToLong(Range::high).sorted().toArray();
        int reached = 0;
        int passed = 0;
        long[] bounds = bounds(lows, highs, greatest);
        for (long bound : bounds) {
            while (reached < lows.length && lows[reached] <= bound) {
                reached++;
            }
            while (passed < highs.length && highs[passed] <= bound) {
                passed++;
            }
            best.offer(
                    new Test(word, new Range(0, bound)),
                    (long) free + reached,
                    (long) free + ranges.size() - passed,
                    false);
        }
    }

    private static long[] bounds(long[] lows, long[] highs, long greatest) {
        long[] bounds = new long[lows.length + highs.length];
        int count = 0;
        for (long low : lows) {
            if (low > 0) {
                bounds[count++] = low - 1;
            }
        }
        for (long high : highs) {
            if (high < greatest) {
                bounds[count++] = high;
            }
        }
        return Arrays.stream(bounds, 0, count).sorted().distinct().toArray();
    }

    /** Tests of whole ranges, where one comparison does it. */
    private void offerRanges(int word, List<Range> ranges, int free, Best best) {
        for (Range range : ranges) {
            if (MatchGraph.isOneTest(formulas.word(word), range)) {
                long yes = free + ranges.stream().filter(range::meets).count();
                long no =
                        free + ranges.stream().filter(it -> !range.contains(it)).count();
                best.offer(new Test(word, range), yes, no, true);
            }
        }
    }
}
