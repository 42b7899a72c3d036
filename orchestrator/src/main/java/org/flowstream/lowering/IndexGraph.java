package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flowstream.lowering.Formulas.Range;
import org.flowstream.lowering.IndexedProgram.Test;

/** The tests of an {@link IndexedProgram} while it is made: equal ones are one. */
final class IndexGraph implements TestGraph {
    private final List<Test> tests = new ArrayList<>();
    private final Map<Test, Integer> known = new HashMap<>();
    private final List<Test> placed = new ArrayList<>();
    private int[] places = {};

    @Override
    public int node(Word word, Range range, int yes, int no) {
        if (yes == no) {
            return yes;
        }
        return known.computeIfAbsent(new Test(word, (int) range.low(), (int) range.high(), yes, no), it -> {
            tests.add(it);
            return tests.size() - 1;
        });
    }

    @Override
    public int size() {
        return tests.size();
    }

    /** The tests that targets lead to, each before those that it leads to. Call it once, with all targets in use. */
    List<Test> place(List<Integer> targets) {
        boolean[] reached = new boolean[tests.size()];
        targets.stream().filter(it -> it >= 0).forEach(it -> reached[it] = true);
        places = new int[tests.size()];
        Arrays.fill(places, -1);
        // A test is made after those that it leads to, so descending numbers are an order.
        for (int i = tests.size() - 1; i >= 0; i--) {
            if (reached[i]) {
                places[i] = placed.size();
                placed.add(tests.get(i));
                reach(reached, tests.get(i).yes());
                reach(reached, tests.get(i).no());
            }
        }
        return placed.stream()
                .map(it -> new Test(it.word(), it.low(), it.high(), placed(it.yes()), placed(it.no())))
                .toList();
    }

    private static void reach(boolean[] reached, int target) {
        if (target >= 0) {
            reached[target] = true;
        }
    }

    /** A target as the placed tests call it. */
    int placed(int target) {
        return target < 0 ? target : places[target];
    }
}
