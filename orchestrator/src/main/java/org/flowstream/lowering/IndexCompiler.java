package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.flowstream.lowering.Formulas.Formula;
import org.flowstream.lowering.Formulas.Kind;

/**
 * Makes an {@link IndexedProgram} of rules: each stands under the field of which it needs the narrowest range, with what
 * is left of its condition to be tested; those that need no narrow range of any are a graph of their own.
 */
final class IndexCompiler {
    private static final int REST_NODES = 1000;
    private static final int MATCH = MatchProgram.leaf(0);

    private final Formulas formulas = new Formulas();
    private final IndexGraph graph = new IndexGraph();
    private final KeyLists lists = new KeyLists();
    private final List<Integer> verdicts;
    private final List<RuleRow> rules;

    private IndexCompiler(List<Integer> verdicts, List<Condition> conditions) {
        this.verdicts = verdicts;
        this.rules = RuleRow.of(formulas, conditions);
    }

    /** A program for rules; {@code verdicts} and {@code conditions} by rule. */
    static MatchTable compile(List<Integer> verdicts, List<Condition> conditions) {
        IndexedProgram program = new IndexCompiler(verdicts, conditions).program();
        boolean fits = program.lists().size() <= IndexedProgram.GREATEST_LIST
                && program.lists().stream().allMatch(it -> it.count() <= IndexedProgram.GREATEST_LIST);
        return fits ? program : MatchCompiler.compile(verdicts, conditions);
    }

    private IndexedProgram program() {
        FieldValues values = new FieldValues(formulas);
        List<RuleRow> rows = rows(values);
        KeyChoice choice = new KeyChoice(formulas, values, rows);
        List<IndexedProgram.Key> keys = new ArrayList<>();
        for (int word : choice.keys()) {
            List<KeyLists.Ranged> ranged = choice.under(word).stream()
                    .map(it -> new KeyLists.Ranged(entry(values, word, it), it.range()))
                    .toList();
            keys.add(lists.add(formulas.word(word), ranged));
        }
        List<RuleRow> restRows = choice.rest();
        int rest = MatchCompiler.target(formulas, graph, restRows, graph.size() + REST_NODES);
        int restLeast = restRows.isEmpty() ? MatchProgram.NONE : restRows.get(0).rule();
        List<Integer> targets = Stream.concat(
                        Stream.of(rest), lists.entries().stream().map(IndexedProgram.Entry::target))
                .toList();
        return new IndexedProgram(
                verdicts,
                graph.place(targets),
                keys,
                lists.lists(),
                lists.entries().stream()
                        .map(it -> new IndexedProgram.Entry(it.rule(), graph.placed(it.target())))
                        .toList(),
                graph.placed(rest),
                restLeast);
    }

    /** The rows of all rules, up to one that always matches. */
    private List<RuleRow> rows(FieldValues values) {
        RowSplitter splitter = new RowSplitter(formulas, values, 2 * rules.size() + 1000);
        List<RuleRow> rows = new ArrayList<>();
        for (RuleRow rule : rules) {
            splitter.rows(rule.condition()).forEach(it -> rows.add(new RuleRow(rule.rule(), it)));
            if (rule.condition().kind == Kind.TRUE) {
                break;
            }
        }
        return rows;
    }

    private IndexedProgram.Entry entry(FieldValues values, int word, KeyChoice.Keyed keyed) {
        Formula left = formulas.new Known(word, keyed.range(), true)
                .simplify(keyed.row().condition());
        return new IndexedProgram.Entry(
                keyed.row().rule(), Branches.of(formulas, graph, inOrder(values, left), MATCH, MatchProgram.NONE));
    }

    /** What fails most often comes first; what most conditions share comes last, and is there once. */
    private Formula inOrder(FieldValues values, Formula formula) {
        if (formula.kind != Kind.AND) {
            return formula;
        }
        Formula[] parts = formula.parts.clone();
        Arrays.sort(parts, Comparator.comparingDouble(values::least).thenComparing(it -> it.id));
        return formulas.and(List.of(parts));
    }
}
