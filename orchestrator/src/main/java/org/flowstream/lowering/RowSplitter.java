package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.flowstream.lowering.Formulas.Formula;
import org.flowstream.lowering.Formulas.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Parts rules into rows where each row alone needs a narrower range of some field than the rule as a whole: {@code host
 * A} needs nothing of either end, its two halves an address each.
 */
final class RowSplitter {
    private static final int MOST_PARTS = 64;
    private static final int DEEPEST = 3;
    /** A row with such a share is narrow enough. */
    private static final double NARROW = 1.0 / 64;

    private final Formulas formulas;
    private final FieldValues values;
    private int rowsLeft;

    RowSplitter(Formulas formulas, FieldValues values, int mostRows) {
        this.formulas = formulas;
        this.values = values;
        this.rowsLeft = mostRows;
    }

    /** The rows of a rule's condition that can hold. */
    List<Formula> rows(Formula condition) {
        List<Formula> rows = new ArrayList<>();
        split(condition, 0, rows);
        return rows;
    }

    private void split(Formula formula, int depth, List<Formula> rows) {
        if (formula.kind == Kind.FALSE) {
            return;
        }
        double whole = values.least(formula);
        List<Formula> best = null;
        double least = whole;
        if (whole > NARROW && depth < DEEPEST && rowsLeft > 0) {
            for (List<Formula> parts : partings(formula)) {
                double sum = parts.stream().mapToDouble(this::worth).sum();
                if (sum < 0.75 * least) {
                    least = sum;
                    best = parts;
                }
            }
        }
        addAll(formula, best, depth, rows);
    }

    private void addAll(Formula formula, @Nullable List<Formula> parts, int depth, List<Formula> rows) {
        if (parts == null || parts.size() > rowsLeft) {
            rows.add(formula);
            return;
        }
        rowsLeft -= parts.size();
        parts.forEach(it -> split(it, depth + 1, rows));
    }

    private double worth(Formula part) {
        return part.kind == Kind.FALSE ? 0 : values.least(part);
    }

    /** The ways to part a formula into alternatives. */
    private List<List<Formula>> partings(Formula formula) {
        if (formula.kind == Kind.OR) {
            return formula.parts.length > MOST_PARTS ? List.of() : List.of(List.of(formula.parts));
        }
        List<List<Formula>> partings = new ArrayList<>();
        if (formula.kind == Kind.AND) {
            for (int i = 0; i < formula.parts.length; i++) {
                Formula part = formula.parts[i];
                if (part.kind == Kind.OR && part.parts.length <= MOST_PARTS) {
                    partings.add(with(formula, i, part.parts));
                }
            }
        }
        return partings;
    }

    private List<Formula> with(Formula formula, int place, Formula[] alternatives) {
        return Arrays.stream(alternatives)
                .map(it -> {
                    List<Formula> parts = new ArrayList<>(Arrays.asList(formula.parts));
                    parts.set(place, it);
                    return formulas.and(parts);
                })
                .toList();
    }
}
