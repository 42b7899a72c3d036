package org.flowstream.lowering;

/** Runs a match program over a packet as docs/contracts.md, section 2, says; the runtime's interpreter in few words. */
final class MatchEvaluator {
    /** The bytes that a program looks at. */
    interface View {
        byte[] frame();

        byte[] network();

        byte[] transport();

        /** A computed field by its number. */
        int computed(int field);
    }

    private final MatchProgram program;
    private int visited;

    MatchEvaluator(MatchProgram program) {
        this.program = program;
    }

    /** How many nodes the last packets met. */
    int visited() {
        return visited;
    }

    /** The rule that the packet matches, or -1. */
    int rule(View view) {
        int at = program.root();
        while (at >= 0) {
            visited++;
            MatchProgram.Node node = program.nodes().get(at);
            boolean yes = switch (node.word().source()) {
                case FRAME -> holds(node, view.frame());
                case NETWORK -> holds(node, view.network());
                case TRANSPORT -> holds(node, view.transport());
                case COMPUTED -> compare(node, view.computed(node.word().offset()));
            };
            int next = yes ? node.yes() : node.no();
            if (next >= 0 && next <= at) {
                throw new AssertionError("node " + at + " leads back to " + next);
            }
            at = next;
        }
        return at == -1 ? -1 : at & 0x7fff_ffff;
    }

    private static boolean holds(MatchProgram.Node node, byte[] bytes) {
        int word = 0;
        for (int i = 0; i < 4; i++) {
            int at = node.word().offset() + i;
            int octetOfMask = (node.word().mask() >>> (24 - 8 * i)) & 0xff;
            if (at >= bytes.length && octetOfMask != 0) {
                return false;
            }
            word = word << 8 | (at < bytes.length ? bytes[at] & 0xff : 0);
        }
        return compare(node, word);
    }

    private static boolean compare(MatchProgram.Node node, int word) {
        int order = Integer.compareUnsigned(word & node.word().mask(), node.value());
        return switch (node.comparison()) {
            case EQUAL -> order == 0;
            case AT_MOST -> order <= 0;
            case AT_LEAST -> order >= 0;
        };
    }
}
