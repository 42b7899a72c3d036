package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.flowstream.lowering.Formulas.Range;

/**
 * The lists of fields: under each interval of values the entries whose range holds it.
 *
 * <p>A range of many intervals stands in the nodes of a segment tree (Bentley, 1977), so that an entry is repeated as
 * often as the logarithm of their number at most. An interval's lists are those on its way to the root.
 */
final class KeyLists {
    private final List<IndexedProgram.EntryList> lists =
            new ArrayList<>(List.of(new IndexedProgram.EntryList(0, 0, 0)));
    private final List<IndexedProgram.Entry> entries = new ArrayList<>();

    /** An entry and the values under which it stands. */
    record Ranged(IndexedProgram.Entry entry, Range range) {}

    List<IndexedProgram.EntryList> lists() {
        return lists;
    }

    List<IndexedProgram.Entry> entries() {
        return entries;
    }

    /** The field with its intervals, once the entries are in lists. Entries come in order of their rules. */
    IndexedProgram.Key add(Word word, List<Ranged> ranged) {
        long[] starts = LongStream.concat(
                        LongStream.of(0),
                        ranged.stream().flatMapToLong(it -> LongStream.of(it.range.low(), it.range.high() + 1)))
                .filter(it -> it <= word.greatest())
                .sorted()
                .distinct()
                .toArray();
        int leaves = Math.max(1, Integer.highestOneBit(2 * starts.length - 1));
        List<List<IndexedProgram.Entry>> tree = new ArrayList<>();
        for (int i = 0; i < 2 * leaves; i++) {
            tree.add(new ArrayList<>(0));
        }
        for (Ranged each : ranged) {
            int from = leaves + Arrays.binarySearch(starts, each.range.low());
            int to = each.range.high() == word.greatest()
                    ? leaves + starts.length
                    : leaves + Arrays.binarySearch(starts, each.range.high() + 1);
            for (; from < to; from /= 2, to /= 2) {
                if (from % 2 == 1) {
                    tree.get(from++).add(each.entry);
                }
                if (to % 2 == 1) {
                    tree.get(--to).add(each.entry);
                }
            }
        }
        int[] listOf = new int[2 * leaves];
        for (int i = 1; i < listOf.length; i++) {
            listOf[i] = list(tree.get(i), listOf[i / 2]);
        }
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < starts.length; i++) {
            found.add(listOf[leaves + i]);
        }
        return merged(word, starts, found);
    }

    private int list(List<IndexedProgram.Entry> of, int parent) {
        if (of.isEmpty()) {
            return parent;
        }
        lists.add(new IndexedProgram.EntryList(entries.size(), of.size(), parent));
        entries.addAll(of);
        return lists.size() - 1;
    }

    /** Neighbours that lead to the same list are one. */
    private static IndexedProgram.Key merged(Word word, long[] starts, List<Integer> lists) {
        List<Integer> keptStarts = new ArrayList<>();
        List<Integer> keptLists = new ArrayList<>();
        for (int i = 0; i < starts.length; i++) {
            if (i == 0 || !lists.get(i).equals(lists.get(i - 1))) {
                keptStarts.add((int) starts[i]);
                keptLists.add(lists.get(i));
            }
        }
        return new IndexedProgram.Key(word, keptStarts, keptLists);
    }
}
