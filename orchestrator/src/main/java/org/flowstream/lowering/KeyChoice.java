package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.flowstream.lowering.Formulas.Range;

/** Chooses the fields that packets are looked up by, and for each row the field in which it is narrowest. */
final class KeyChoice {
    private static final int MOST_KEYS = 6;
    /** What looking up a field costs, in rows that are tested. */
    private static final double LOOK_UP = 2;
    /** A row that covers more of its field is one of the rest, */
    private static final double WIDE = 0.25;
    /** but no more than so many are. */
    private static final int MOST_REST = 100;

    private final FieldValues values;
    private final List<RuleRow> rows;
    private final int words;
    private final List<Integer> keys = new ArrayList<>();
    /** By row, the least share so far, and the word that has it. */
    private final double[] shares;

    private final int[] chosen;

    /** A row that stands under a field. */
    record Keyed(RuleRow row, Range range) {}

    KeyChoice(Formulas formulas, FieldValues values, List<RuleRow> rows) {
        this.values = values;
        this.rows = rows;
        this.words = formulas.wordCount();
        this.shares = new double[rows.size()];
        this.chosen = new int[rows.size()];
        Arrays.fill(shares, 1);
        Arrays.fill(chosen, -1);
        while (keys.size() < MOST_KEYS && addBest()) {}
        leaveRest();
    }

    /** The words that are looked up. */
    List<Integer> keys() {
        return keys.stream()
                .filter(key -> Arrays.stream(chosen).anyMatch(it -> it == key))
                .toList();
    }

    /** The rows that stand under a word. */
    List<Keyed> under(int word) {
        List<Keyed> under = new ArrayList<>();
        for (int i = 0; i < chosen.length; i++) {
            if (chosen[i] == word) {
                Needs needs = rows.get(i).condition().needs;
                int at = needs.find(word);
                under.add(new Keyed(rows.get(i), new Range(needs.low(at), needs.high(at))));
            }
        }
        return under;
    }

    /** The rows that stand under none. */
    List<RuleRow> rest() {
        List<RuleRow> rest = new ArrayList<>();
        for (int i = 0; i < chosen.length; i++) {
            if (chosen[i] < 0) {
                rest.add(rows.get(i));
            }
        }
        return rest;
    }

    private boolean addBest() {
        double[] gains = new double[words];
        for (int i = 0; i < shares.length; i++) {
            Needs needs = rows.get(i).condition().needs;
            for (int k = 0; k < needs.size(); k++) {
                double share = values.share(needs.word(k), needs.low(k), needs.high(k));
                gains[needs.word(k)] += Math.max(0, shares[i] - share);
            }
        }
        int best = -1;
        for (int word = 0; word < words; word++) {
            if (!keys.contains(word) && (best < 0 || gains[word] > gains[best])) {
                best = word;
            }
        }
        if (best < 0 || gains[best] <= LOOK_UP) {
            return false;
        }
        take(best);
        return true;
    }

    private void take(int word) {
        keys.add(word);
        for (int i = 0; i < shares.length; i++) {
            Needs needs = rows.get(i).condition().needs;
            int at = needs.find(word);
            double share = at < 0 ? 1 : values.share(word, needs.low(at), needs.high(at));
            if (share < shares[i]) {
                shares[i] = share;
                chosen[i] = word;
            }
        }
    }

    private void leaveRest() {
        double[] sorted = shares.clone();
        Arrays.sort(sorted);
        double limit = sorted.length <= MOST_REST ? WIDE : Math.max(WIDE, sorted[sorted.length - MOST_REST]);
        for (int i = 0; i < shares.length; i++) {
            if (shares[i] > limit) {
                chosen[i] = -1;
            }
        }
    }
}
