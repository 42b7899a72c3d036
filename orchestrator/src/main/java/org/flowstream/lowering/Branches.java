package org.flowstream.lowering;

import org.flowstream.lowering.Formulas.Formula;
import org.flowstream.lowering.Formulas.Range;

/** Makes the tests of one formula, in the order in which it is written. */
final class Branches {
    private Branches() {}

    /** The target that leads to {@code yes} when the formula holds, else to {@code no}. */
    static int of(Formulas formulas, TestGraph graph, Formula formula, int yes, int no) {
        return switch (formula.kind) {
            case TRUE -> yes;
            case FALSE -> no;
            case TEST -> graph.node(formulas.word(formula.word), new Range(formula.low, formula.high), yes, no);
            case NO_TEST -> graph.node(formulas.word(formula.word), new Range(formula.low, formula.high), no, yes);
            case AND -> {
                int target = yes;
                for (int i = formula.parts.length - 1; i >= 0; i--) {
                    target = of(formulas, graph, formula.parts[i], target, no);
                }
                yield target;
            }
            case OR -> {
                int target = no;
                for (int i = formula.parts.length - 1; i >= 0; i--) {
                    target = of(formulas, graph, formula.parts[i], yes, target);
                }
                yield target;
            }
        };
    }
}
