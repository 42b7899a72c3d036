package org.flowstream.lowering;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.flowstream.lowering.Formulas.Formula;

/** How finely rules part the values of each field: what a range is worth is how few of the parts it covers. */
final class FieldValues {
    /** By word, where a part begins, ascending; 0 is not among them. */
    private final long[][] bounds;

    FieldValues(Formulas formulas) {
        LongStream.Builder[] builders = new LongStream.Builder[formulas.wordCount()];
        Arrays.setAll(builders, it -> LongStream.builder());
        for (Formula test : formulas.tests()) {
            builders[test.word].add(test.low).add(test.high + 1);
        }
        bounds = new long[builders.length][];
        for (int word = 0; word < bounds.length; word++) {
            long greatest = formulas.word(word).greatest();
            bounds[word] = builders[word]
                    .build()
                    .filter(it -> it > 0 && it <= greatest)
                    .sorted()
                    .distinct()
                    .toArray();
        }
    }

    /** The part of all parts that a range covers: above 0, at most 1. */
    double share(int word, long low, long high) {
        int covered = place(bounds[word], high + 1) - place(bounds[word], low + 1) + 1;
        return (double) covered / (bounds[word].length + 1);
    }

    /** How many numbers are below one. */
    private static int place(long[] numbers, long number) {
        int found = Arrays.binarySearch(numbers, number);
        return found < 0 ? -found - 1 : found;
    }

    /** The least share of the words that a formula needs. */
    double least(Formula formula) {
        double least = 1;
        for (int i = 0; i < formula.needs.size(); i++) {
            Needs needs = formula.needs;
            least = Math.min(least, share(needs.word(i), needs.low(i), needs.high(i)));
        }
        return least;
    }
}
