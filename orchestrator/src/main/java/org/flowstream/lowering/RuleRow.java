package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.List;
import org.flowstream.lowering.Formulas.Formula;

/** A condition under which a packet matches a rule; a rule may have several. */
record RuleRow(int rule, Formula condition) {
    /** One for each rule. */
    static List<RuleRow> of(Formulas formulas, List<Condition> conditions) {
        List<RuleRow> rows = new ArrayList<>();
        for (int i = 0; i < conditions.size(); i++) {
            rows.add(new RuleRow(i, formulas.of(conditions.get(i))));
        }
        return rows;
    }
}
