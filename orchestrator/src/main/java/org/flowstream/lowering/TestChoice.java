package org.flowstream.lowering;

import java.util.Arrays;
import java.util.List;
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

    /** The ranges that conditions need of one word. */
    private static final class Ranges {
        private long[] lows = new long[8];
        private long[] highs = new long[8];
        private int count;

        void add(long low, long high) {
            if (count == lows.length) {
                lows = Arrays.copyOf(lows, 2 * count);
                highs = Arrays.copyOf(highs, 2 * count);
            }
            lows[count] = low;
            highs[count] = high;
            count++;
        }
    }

    /** The best test so far, and how many conditions it leaves on both sides together and on the longer one. */
    private static final class Best {
        private int word = -1;
        private long low;
        private long high;
        private long sum = Long.MAX_VALUE;
        private long longer;
        private boolean exact;

        void offer(int offeredWord, long offeredLow, long offeredHigh, long yes, long no, boolean offeredExact) {
            long offeredSum = yes + no;
            long offeredLonger = Math.max(yes, no);
            boolean better = offeredSum != sum
                    ? offeredSum < sum
                    : offeredLonger != longer ? offeredLonger < longer : offeredExact && !exact;
            if (better) {
                word = offeredWord;
                low = offeredLow;
                high = offeredHigh;
                sum = offeredSum;
                longer = offeredLonger;
                exact = offeredExact;
            }
        }

        @Nullable
        Test test() {
            return word < 0 ? null : new Test(word, new Range(low, high));
        }
    }

    /** Null when the conditions are best tested in turn. None of them is constant, but the last may be true. */
    @Nullable
    Test best(List<Formula> conditions) {
        int count = conditions.size();
        Ranges[] byWord = ranges(conditions);
        Best best = new Best();
        for (int word = 0; word < byWord.length; word++) {
            Ranges ranges = byWord[word];
            if (ranges != null) {
                offerBounds(word, ranges, count - ranges.count, best);
                if (count <= SHORT) {
                    offerRanges(word, ranges, count - ranges.count, best);
                }
            }
        }
        Test test = best.test();
        if (count <= SHORT) {
            return test != null ? test : first(conditions.get(0));
        }
        boolean parts = 4 * best.sum <= 7L * count && 20 * best.longer <= 19L * count;
        return parts ? test : null;
    }

    private @Nullable Ranges[] ranges(List<Formula> conditions) {
        @Nullable Ranges[] byWord = new Ranges[formulas.wordCount()];
        for (Formula condition : conditions) {
            Needs needs = condition.needs;
            for (int i = 0; i < needs.size(); i++) {
                int word = needs.word(i);
                boolean useful =
                        needs.low(i) > 0 || needs.high(i) < formulas.word(word).greatest();
                if (useful) {
                    Ranges ranges = byWord[word];
                    if (ranges == null) {
                        ranges = new Ranges();
                        byWord[word] = ranges;
                    }
                    ranges.add(needs.low(i), needs.high(i));
                }
            }
        }
        return byWord;
    }

    private static Test first(Formula condition) {
        Formula test = Formulas.firstTest(condition);
        return new Test(test.word, new Range(test.low, test.high));
    }

    /** Tests of the form "at most": between the bounds of ranges. */
    private void offerBounds(int word, Ranges ranges, int free, Best best) {
        long greatest = formulas.word(word).greatest();
        long[] lows = Arrays.copyOf(ranges.lows, ranges.count);
        long[] highs = Arrays.copyOf(ranges.highs, ranges.count);
        Arrays.sort(lows);
        Arrays.sort(highs);
        int reached = 0;
        int passed = 0;
        while (passed < highs.length) {
            // The next bound: below the next range that begins, or at the end of the next that ends.
            boolean begins = reached < lows.length && lows[reached] - 1 < highs[passed];
            long bound = begins ? lows[reached] - 1 : highs[passed];
            if (bound >= 0 && bound < greatest) {
                while (passed < highs.length && highs[passed] <= bound) {
                    passed++;
                }
                best.offer(word, 0, bound, (long) free + reached, (long) free + ranges.count - passed, false);
            } else if (!begins) {
                return;
            }
            while (reached < lows.length && lows[reached] <= bound + 1 && begins) {
                reached++;
            }
        }
    }

    /** Tests of whole ranges, where one comparison does it. */
    private void offerRanges(int word, Ranges ranges, int free, Best best) {
        for (int i = 0; i < ranges.count; i++) {
            Range range = new Range(ranges.lows[i], ranges.highs[i]);
            if (MatchGraph.isOneTest(formulas.word(word), range)) {
                int yes = free;
                int no = free;
                for (int j = 0; j < ranges.count; j++) {
                    yes += range.meets(ranges.lows[j], ranges.highs[j]) ? 1 : 0;
                    no += range.contains(ranges.lows[j], ranges.highs[j]) ? 0 : 1;
                }
                best.offer(word, range.low(), range.high(), yes, no, true);
            }
        }
    }
}
