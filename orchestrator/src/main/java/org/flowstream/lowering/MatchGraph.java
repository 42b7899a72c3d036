package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flowstream.lowering.Formulas.Range;
import org.flowstream.lowering.MatchProgram.Comparison;
import org.flowstream.lowering.MatchProgram.Node;

/** The nodes of a match program while it is made: equal nodes are one, and tests of ranges become comparisons. */
final class MatchGraph implements TestGraph {
    private static final int HEADER_BYTES = 20;

    private final List<Node> nodes = new ArrayList<>();
    private final Map<Node, Integer> known = new HashMap<>();

    @Override
    public int node(Word word, Range range, int yes, int no) {
        if (yes == no) {
            return yes;
        }
        int low = (int) range.low();
        int high = (int) range.high();
        if (low == high) {
            return add(new Node(word, Comparison.EQUAL, low, yes, no));
        }
        int fixed = fixedBits(word, low, high);
        if (fixed != 0) {
            Word narrower = new Word(word.source(), word.offset(), fixed);
            return add(new Node(narrower, Comparison.EQUAL, low, yes, no));
        }
        if (range.high() == word.greatest()) {
            return add(new Node(word, Comparison.AT_LEAST, low, yes, no));
        }
        if (low == 0) {
            return add(new Node(word, Comparison.AT_MOST, high, yes, no));
        }
        int below = add(new Node(word, Comparison.AT_MOST, high, yes, no));
        return add(new Node(word, Comparison.AT_LEAST, low, below, no));
    }

    @Override
    public int size() {
        return nodes.size();
    }

    /** Whether one comparison can test a range. */
    static boolean isOneTest(Word word, Range range) {
        return range.low() == range.high()
                || range.low() == 0
                || range.high() == word.greatest()
                || fixedBits(word, (int) range.low(), (int) range.high()) != 0;
    }

    /** The bits that all values of a range share and no other value has, when one test of them will do; else 0. */
    private static int fixedBits(Word word, int low, int high) {
        int mask = word.mask();
        int free = low ^ high;
        boolean lowest = (free & mask) == free && (mask & (Integer.highestOneBit(free) * 2 - 1)) == free;
        boolean whole = (low & free) == 0 && (high & free) == free;
        int fixed = mask & ~free;
        return lowest && whole && needsSameBytes(word, fixed) ? fixed : 0;
    }

    /**
     * Whether a test of some of the bits fails on the same packets for want of bytes. The first 20 bytes of a network
     * header are there or none of them.
     */
    private static boolean needsSameBytes(Word word, int fixed) {
        boolean inHeader = word.source() == Word.Source.NETWORK && word.offset() + 4 <= HEADER_BYTES;
        return inHeader || Integer.numberOfTrailingZeros(fixed) / 8 == Integer.numberOfTrailingZeros(word.mask()) / 8;
    }

    private int add(Node node) {
        return known.computeIfAbsent(node, it -> {
            nodes.add(it);
            return nodes.size() - 1;
        });
    }

    /** The program that begins at a target, with each node before those that it leads to. */
    MatchProgram program(List<Integer> verdicts, int root) {
        int[] place = new int[nodes.size()];
        Arrays.fill(place, -1);
        List<Integer> order = new ArrayList<>();
        if (isNode(root)) {
            boolean[] reached = new boolean[nodes.size()];
            reached[root] = true;
            // A node is made after those that it leads to, so descending numbers are an order.
            for (int i = root; i >= 0; i--) {
                if (reached[i]) {
                    place[i] = order.size();
                    order.add(i);
                    reach(reached, nodes.get(i).yes());
                    reach(reached, nodes.get(i).no());
                }
            }
        }
        List<Node> placed = order.stream()
                .map(nodes::get)
                .map(it ->
                        new Node(it.word(), it.comparison(), it.value(), moved(place, it.yes()), moved(place, it.no())))
                .toList();
        return new MatchProgram(verdicts, placed, moved(place, root));
    }

    private static boolean isNode(int target) {
        return target >= 0;
    }

    private static void reach(boolean[] reached, int target) {
        if (isNode(target)) {
            reached[target] = true;
        }
    }

    private static int moved(int[] place, int target) {
        return isNode(target) ? place[target] : target;
    }
}
