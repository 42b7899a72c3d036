package org.flowstream.lowering;

/** Decides a packet by an indexed program as docs/contracts.md, section 2, says, slowly. */
final class IndexEvaluator {
    private final IndexedProgram program;
    private int visited;

    IndexEvaluator(IndexedProgram program) {
        this.program = program;
    }

    /** How many tests the last packets met. */
    int visited() {
        return visited;
    }

    /** The rule that the packet matches, or -1. */
    int rule(MatchEvaluator.View view) {
        long best = Integer.toUnsignedLong(rule(program.rest(), view));
        for (IndexedProgram.Key key : program.keys()) {
            Integer value = MatchEvaluator.word(key.word(), view);
            if (value == null) {
                continue;
            }
            int at = 0;
            while (at + 1 < key.starts().size()
                    && Integer.compareUnsigned(key.starts().get(at + 1), value) <= 0) {
                at++;
            }
            for (int list = key.lists().get(at); list != 0; list = parent(list)) {
                IndexedProgram.EntryList entries = program.lists().get(list);
                long previous = -1;
                for (int i = entries.first(); i < entries.first() + entries.count(); i++) {
                    IndexedProgram.Entry entry = program.entries().get(i);
                    if (entry.rule() < previous) {
                        throw new AssertionError("the entries of list " + list + " are not in order");
                    }
                    previous = entry.rule();
                    if (entry.rule() < best && rule(entry.target(), view) != -1) {
                        best = entry.rule();
                    }
                }
            }
        }
        return (int) best;
    }

    private int parent(int list) {
        int parent = program.lists().get(list).parent();
        if (parent >= list) {
            throw new AssertionError("list " + list + " leads back to " + parent);
        }
        return parent;
    }

    private int rule(int target, MatchEvaluator.View view) {
        int at = target;
        while (at >= 0) {
            visited++;
            IndexedProgram.Test test = program.tests().get(at);
            Integer word = MatchEvaluator.word(test.word(), view);
            boolean holds = word != null
                    && Integer.compareUnsigned(word, test.low()) >= 0
                    && Integer.compareUnsigned(word, test.high()) <= 0;
            int next = holds ? test.yes() : test.no();
            if (next >= 0 && next <= at) {
                throw new AssertionError("test " + at + " leads back to " + next);
            }
            at = next;
        }
        return at == -1 ? -1 : at & 0x7fff_ffff;
    }
}
