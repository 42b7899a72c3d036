package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flowstream.lowering.Formulas.Formula;
import org.flowstream.lowering.Formulas.Kind;
import org.flowstream.lowering.Formulas.Range;

/**
 * Makes a match program of rules, of which the first whose condition holds decides.
 *
 * <p>At each node the rules that can still match are listed with what is left of their conditions. A test is chosen that
 * parts the list best, as in HiCuts (Gupta and McKeown, IEEE Micro 20(1), 2000), so that a packet meets a number of
 * tests that hardly grows with the number of rules; nodes with the same list are one node. Where no test parts a list,
 * and when the work has reached its bound, rules are tested one after the other, in a chain that all nodes share.
 */
final class MatchCompiler {
    /** A rule of a list, and what is left of its condition. */
    private record Candidate(int rule, Formula condition) {}

    /** How many rules of a list are tested in turn before a better way is looked for again. */
    private static final int CHAINED = 8;

    private static final int WORK_BASE = 100_000;
    private static final int WORK_PER_RULE = 400;

    private final Formulas formulas = new Formulas();
    private final MatchGraph graph = new MatchGraph();
    private final TestChoice choice = new TestChoice(formulas);
    private final Map<Numbers, Integer> built = new HashMap<>();
    private final List<Candidate> rules = new ArrayList<>();
    private final List<Integer> chain = new ArrayList<>();
    private long workLeft;

    private MatchCompiler() {}

    /**
     * A program for rules.
     *
     * @param verdicts by rule, an output or {@link MatchProgram#DROP}
     * @param conditions by rule
     */
    static MatchProgram compile(List<Integer> verdicts, List<Condition> conditions) {
        MatchCompiler compiler = new MatchCompiler();
        for (int i = 0; i < conditions.size(); i++) {
            compiler.rules.add(new Candidate(i, compiler.formulas.of(conditions.get(i))));
        }
        compiler.workLeft = WORK_BASE + (long) WORK_PER_RULE * conditions.size();
        int root = compiler.build(compiler.rules);
        return compiler.graph.program(verdicts, root);
    }

    /** The target that decides a list of candidates. */
    private int build(List<Candidate> given) {
        List<Candidate> list = trimmed(given);
        if (list.isEmpty()) {
            return MatchProgram.NONE;
        }
        if (list.get(0).condition.kind == Kind.TRUE) {
            return MatchProgram.leaf(list.get(0).rule);
        }
        int[] numbers = new int[2 * list.size()];
        for (int i = 0; i < list.size(); i++) {
            numbers[2 * i] = list.get(i).rule;
            numbers[2 * i + 1] = list.get(i).condition.id;
        }
        Numbers key = new Numbers(numbers);
        Integer known = built.get(key);
        if (known != null) {
            return known;
        }
        int target = buildNew(list);
        built.put(key, target);
        return target;
    }

    private int buildNew(List<Candidate> list) {
        if (workLeft < 0) {
            return chainFrom(list.get(0).rule);
        }
        workLeft -= list.size();
        TestChoice.Test test =
                choice.best(list.stream().map(Candidate::condition).toList());
        if (test == null) {
            int first = Math.min(CHAINED, list.size());
            int rest = build(list.subList(first, list.size()));
            return inTurn(list.subList(0, first), rest);
        }
        int yes = build(simplified(list, test, true));
        int no = build(simplified(list, test, false));
        return graph.node(formulas.word(test.word()), test.range(), yes, no);
    }

    private List<Candidate> simplified(List<Candidate> list, TestChoice.Test test, boolean holds) {
        workLeft -= list.size();
        Formulas.Known known = formulas.new Known(test.word(), test.range(), holds);
        List<Candidate> simple = new ArrayList<>(list.size());
        for (Candidate each : list) {
            Formula condition = known.simplify(each.condition);
            if (condition.kind != Kind.FALSE) {
                simple.add(condition == each.condition ? each : new Candidate(each.rule, condition));
            }
            if (condition.kind == Kind.TRUE) {
                break;
            }
        }
        return simple;
    }

    /** Without the rules that cannot match, and without those behind one that does. */
    private static List<Candidate> trimmed(List<Candidate> list) {
        List<Candidate> kept = new ArrayList<>(list.size());
        for (Candidate each : list) {
            if (each.condition.kind != Kind.FALSE) {
                kept.add(each);
            }
            if (each.condition.kind == Kind.TRUE) {
                break;
            }
        }
        return kept;
    }

    /** All rules from one on, as they were given, in turn. Right for every packet that no rule before it matched. */
    private int chainFrom(int rule) {
        if (chain.isEmpty()) {
            int target = MatchProgram.NONE;
            for (int i = rules.size() - 1; i >= 0; i--) {
                target = inTurn(rules.subList(i, i + 1), target);
                chain.add(target);
            }
        }
        return chain.get(rules.size() - 1 - rule);
    }

    private int inTurn(List<Candidate> list, int rest) {
        int target = rest;
        for (int i = list.size() - 1; i >= 0; i--) {
            target = branch(list.get(i).condition, MatchProgram.leaf(list.get(i).rule), target);
        }
        return target;
    }

    /** The target that leads to {@code yes} when the formula holds, else to {@code no}. */
    private int branch(Formula formula, int yes, int no) {
        return switch (formula.kind) {
            case TRUE -> yes;
            case FALSE -> no;
            case TEST -> graph.node(formulas.word(formula.word), new Range(formula.low, formula.high), yes, no);
            case NO_TEST -> graph.node(formulas.word(formula.word), new Range(formula.low, formula.high), no, yes);
            case AND -> {
                int target = yes;
                for (int i = formula.parts.length - 1; i >= 0; i--) {
                    target = branch(formula.parts[i], target, no);
                }
                yield target;
            }
            case OR -> {
                int target = no;
                for (int i = formula.parts.length - 1; i >= 0; i--) {
                    target = branch(formula.parts[i], yes, target);
                }
                yield target;
            }
        };
    }
}
