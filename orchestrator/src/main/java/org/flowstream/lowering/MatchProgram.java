package org.flowstream.lowering;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * A match program: a directed acyclic graph of tests that leads a packet to the first rule it matches (table format 1 of
 * docs/contracts.md, section 2).
 *
 * @param verdicts by rule, the output that its packets leave by; {@link #DROP} for none
 * @param nodes the tests, each before those that it leads to
 * @param root where to begin: a target
 */
record MatchProgram(List<Integer> verdicts, List<Node> nodes, int root) implements MatchTable {
    static final int DROP = -1;
    /** As a target: no rule matches. */
    static final int NONE = -1;
    /** In a target: the rest is a rule. */
    static final int LEAF = 0x8000_0000;

    private static final int FORMAT = 1;
    private static final int HEADER_BYTES = 16;
    private static final int NODE_BYTES = 20;

    MatchProgram {
        verdicts = List.copyOf(verdicts);
        nodes = List.copyOf(nodes);
    }

    /** How a masked word is compared. */
    enum Comparison {
        EQUAL(0, "=="),
        AT_MOST(1, "<="),
        AT_LEAST(2, ">=");

        private final int code;
        private final String sign;

        Comparison(int code, String sign) {
            this.code = code;
            this.sign = sign;
        }

        String sign() {
            return sign;
        }
    }

    /** One test. */
    record Node(Word word, Comparison comparison, int value, int yes, int no) {
        /** Written out: a record's own is slow, and nodes are looked up by the thousand. */
        @Override
        public int hashCode() {
            return (((word.hashCode() * 31 + comparison.code) * 31 + value) * 31 + yes) * 31 + no;
        }
    }

    static int leaf(int rule) {
        return LEAF | rule;
    }

    @Override
    public byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + 4 * verdicts.size() + NODE_BYTES * nodes.size())
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(FORMAT).putInt(verdicts.size()).putInt(nodes.size()).putInt(root);
        verdicts.forEach(out::putInt);
        for (Node node : nodes) {
            out.putShort((short) node.word.offset());
            out.put((byte) node.word.source().code()).put((byte) node.comparison.code);
            out.putInt(node.word.mask()).putInt(node.value).putInt(node.yes).putInt(node.no);
        }
        return out.array();
    }

    static MatchProgram read(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getInt() != FORMAT) {
            throw new IllegalArgumentException("a match program of another format");
        }
        int rules = in.getInt();
        int count = in.getInt();
        int root = in.getInt();
        Integer[] verdicts = new Integer[rules];
        for (int i = 0; i < rules; i++) {
            verdicts[i] = in.getInt();
        }
        Node[] nodes = new Node[count];
        for (int i = 0; i < count; i++) {
            int offset = Short.toUnsignedInt(in.getShort());
            int sourceCode = in.get();
            int comparisonCode = in.get();
            Word.Source source = Word.Source.ofCode(sourceCode);
            Comparison comparison = Arrays.stream(Comparison.values())
                    .filter(it -> it.code == comparisonCode)
                    .findFirst()
                    .orElseThrow();
            nodes[i] =
                    new Node(new Word(source, offset, in.getInt()), comparison, in.getInt(), in.getInt(), in.getInt());
        }
        return new MatchProgram(List.of(verdicts), List.of(nodes), root);
    }
}
