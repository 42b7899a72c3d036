package org.flowstream.click;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.flowstream.problem.Place;
import org.flowstream.problem.Problems;

/** The formal arguments of a compound element: positional ones, then those by keyword, then the rest. */
final class FormalArguments {
    private FormalArguments() {}

    /** Reports names and keywords that are there twice, and the first that is out of order. */
    static void check(List<Term.Formal> formals, Problems problems) {
        Set<String> seen = new LinkedHashSet<>();
        Set<String> keywords = new HashSet<>();
        boolean ordered = true;
        String before = "";
        for (int i = 0; i < formals.size(); i++) {
            Term.Formal formal = formals.get(i);
            Place place = formal.place();
            if (!seen.add(formal.variable())) {
                problems.add(Told.reading(place, place, "parameter '$" + formal.variable() + "' multiply defined"));
                continue;
            }
            if (!formal.keyword().isEmpty() && !keywords.add(formal.keyword())) {
                problems.add(Told.reading(
                        place, place, "repeated keyword parameter '" + formal.keyword() + "' in compound element"));
            }
            boolean follows = i == 0
                    || !((formal.keyword().isEmpty() && !before.isEmpty()) || before.equals(CompoundChoice.REST));
            if (ordered && !follows) {
                problems.add(Told.reading(
                        place,
                        place,
                        "compound element parameters out of order\n"
                                + "(The correct order is '[positional], [keywords], [__REST__]'.)"));
            }
            ordered &= follows;
            before = formal.keyword();
        }
    }
}
