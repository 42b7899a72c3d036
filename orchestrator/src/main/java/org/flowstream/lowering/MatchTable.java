package org.flowstream.lowering;

import java.util.List;

/** Rules of which the first that matches decides, in one of the forms that the runtime knows. */
sealed interface MatchTable permits MatchProgram, IndexedProgram {
    /** Up to so many rules a graph of tests is quickest. */
    int FEW_RULES = 40;

    /** By rule, the output that its packets leave by; {@link MatchProgram#DROP} for none. */
    List<Integer> verdicts();

    byte[] toBytes();

    /** The quickest form for rules. */
    static MatchTable of(List<Integer> verdicts, List<Condition> conditions) {
        if (conditions.size() <= FEW_RULES) {
            MatchProgram program = MatchCompiler.compile(verdicts, conditions);
            if (program.nodes().size() <= 64 * FEW_RULES) {
                return program;
            }
        }
        return IndexCompiler.compile(verdicts, conditions);
    }
}
