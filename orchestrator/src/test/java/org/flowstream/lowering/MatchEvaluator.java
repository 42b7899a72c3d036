package org.flowstream.lowering;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

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
            Integer word = word(node.word(), view);
            boolean yes = word != null && compare(node, word);
            int next = yes ? node.yes() : node.no();
            if (next >= 0 && next <= at) {
                throw new AssertionError("node " + at + " leads back to " + next);
            }
            at = next;
        }
        return at == -1 ? -1 : at & 0x7fff_ffff;
    }

    /** A word of a packet, masked; null when bytes of it are missing that the mask wants. */
    static @Nullable Integer word(Word word, View view) {
        byte[] bytes = switch (word.source()) {
            case FRAME -> view.frame();
            case NETWORK -> view.network();
            case TRANSPORT -> view.transport();
            case COMPUTED ->
                ByteBuffer.allocate(4 * word.offset() + 4)
                        .putInt(4 * word.offset(), view.computed(word.offset()))
                        .array();
        };
        int first = word.source() == Word.Source.COMPUTED ? 4 * word.offset() : word.offset();
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int octetOfMask = (word.mask() >>> (24 - 8 * i)) & 0xff;
            if (first + i >= bytes.length && octetOfMask != 0) {
                return null;
            }
            value = value << 8 | (first + i < bytes.length ? bytes[first + i] & 0xff : 0);
        }
        return value & word.mask();
    }

    private static boolean compare(MatchProgram.Node node, int word) {
        int order = Integer.compareUnsigned(word, node.value());
        return switch (node.comparison()) {
            case EQUAL -> order == 0;
            case AT_MOST -> order <= 0;
            case AT_LEAST -> order >= 0;
        };
    }

    /** The rule by a table of either format. */
    static int rule(MatchTable table, View view) {
        return table instanceof IndexedProgram indexed
                ? new IndexEvaluator(IndexedProgram.read(indexed.toBytes())).rule(view)
                : new MatchEvaluator((MatchProgram) table).rule(view);
    }
}
