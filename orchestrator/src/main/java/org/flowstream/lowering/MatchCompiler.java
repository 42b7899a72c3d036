package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flowstream.lowering.Formulas.Formula;
import org.flowstream.lowering.Formulas.Kind;

/**
 * Makes a match program of rules, of which the first whose condition holds decides.
 *
 * <p>At each node the rules that can still match are listed with what is left of their conditions. A test is chosen that
 * parts the list best, as in HiCuts (Gupta and McKeown, IEEE Micro 20(1), 2000), so that a packet meets a number of
 * tests that hardly grows with the number of rules; nodes with the same list are one node. Where no test parts a list,
 * and when the work has reached its bound, rules are tested one after the other, in a chain that all nodes share.
 */
final class MatchCompiler {
    /** A row of a list, by its place among the rows, and what is left of its condition. */
    private record Candidate(int row, Formula condition) {}

    /** How many rules of a list are tested in turn before a better way is looked for again. */
    private static final int CHAINED = 8;

    private static final int WORK_BASE = 100_000;
    private static final int WORK_PER_RULE = 400;

    private final Formulas formulas;
    private final TestGraph graph;
    private final TestChoice choice;
    private final List<RuleRow> given;
    private final int mostNodes;
    private final Map<Numbers, Integer> built = new HashMap<>();
    private final List<Candidate> rows = new ArrayList<>();
    private final List<Integer> chain = new ArrayList<>();
    private long workLeft;

    private MatchCompiler(Formulas formulas, TestGraph graph, List<RuleRow> given, int mostNodes) {
        this.formulas = formulas;
        this.graph = graph;
        this.choice = new TestChoice(formulas);
        this.given = given;
        this.mostNodes = mostNodes;
        this.workLeft = WORK_BASE + (long) WORK_PER_RULE * given.size();
        for (int i = 0; i < given.size(); i++) {
            rows.add(new Candidate(i, given.get(i).condition()));
        }
    }

    /**
     * A program for rules.
     *
     * @param verdicts by rule, an output or {@link MatchProgram#DROP}
     * @param conditions by rule
     */
    static MatchProgram compile(List<Integer> verdicts, List<Condition> conditions) {
        Formulas formulas = new Formulas();
        MatchGraph graph = new MatchGraph();
        int root = target(formulas, graph, RuleRow.of(formulas, conditions), Integer.MAX_VALUE);
        return graph.program(verdicts, root);
    }

    /**
     * The target in a graph that leads to the rule of the first row whose condition holds.
     *
     * @param mostNodes how large the graph may grow before the rest is tested in turn
     */
    static int target(Formulas formulas, TestGraph graph, List<RuleRow> rows, int mostNodes) {
        MatchCompiler compiler = new MatchCompiler(formulas, graph, rows, mostNodes);
        return compiler.build(compiler.rows);
    }

    /** The target that decides a list of candidates. */
    private int build(List<Candidate> candidates) {
        List<Candidate> list = trimmed(candidates);
        if (list.isEmpty()) {
            return MatchProgram.NONE;
        }
        if (list.get(0).condition.kind == Kind.TRUE) {
            return leaf(list.get(0));
        }
        int[] numbers = new int[2 * list.size()];
        for (int i = 0; i < list.size(); i++) {
            numbers[2 * i] = list.get(i).row;
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
        if (workLeft < 0 || graph.size() > mostNodes) {
            return chainFrom(list.get(0).row);
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
                simple.add(condition == each.condition ? each : new Candidate(each.row, condition));
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

    /** All rows from one on, as they were given, in turn. Right for every packet that no row before it matched. */
    private int chainFrom(int row) {
        if (chain.isEmpty()) {
            int target = MatchProgram.NONE;
            for (int i = rows.size() - 1; i >= 0; i--) {
                target = inTurn(rows.subList(i, i + 1), target);
                chain.add(target);
            }
        }
        return chain.get(rows.size() - 1 - row);
    }

    private int leaf(Candidate candidate) {
        return MatchProgram.leaf(given.get(candidate.row).rule());
    }

    private int inTurn(List<Candidate> list, int rest) {
        int target = rest;
        for (int i = list.size() - 1; i >= 0; i--) {
            target = Branches.of(formulas, graph, list.get(i).condition, leaf(list.get(i)), target);
        }
        return target;
    }
}
