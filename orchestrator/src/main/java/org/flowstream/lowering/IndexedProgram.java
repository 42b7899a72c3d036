package org.flowstream.lowering;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A match program with an index (table format 2 of docs/contracts.md, section 2): a packet meets the entries that stand
 * under its values of some fields, and the graph of the rest; the least rule found decides.
 *
 * @param verdicts by rule
 * @param tests each before those that it leads to
 * @param keys the fields that are looked up
 * @param lists the lists that intervals lead to; the first is the end of all
 * @param entries what stands in the lists
 * @param rest the target of the rules in no list
 * @param restLeast the least rule that {@code rest} leads to
 */
record IndexedProgram(
        List<Integer> verdicts,
        List<Test> tests,
        List<Key> keys,
        List<EntryList> lists,
        List<Entry> entries,
        int rest,
        int restLeast)
        implements MatchTable {
    static final int FORMAT = 2;
    static final int GREATEST_LIST = 0xffff;
    private static final int HEADER_BYTES = 40;
    private static final int TEST_BYTES = 24;

    IndexedProgram {
        verdicts = List.copyOf(verdicts);
        tests = List.copyOf(tests);
        keys = List.copyOf(keys);
        lists = List.copyOf(lists);
        entries = List.copyOf(entries);
    }

    /** Whether the word lies within two values, both included; and the targets then and else. */
    record Test(Word word, int low, int high, int yes, int no) {
        /** Written out: a record's own is slow, and tests are looked up by the thousand. */
        @Override
        public int hashCode() {
            return (((word.hashCode() * 31 + low) * 31 + high) * 31 + yes) * 31 + no;
        }
    }

    /** A field; its intervals begin at {@code starts}, which ascend from 0, and lead to lists. */
    record Key(Word word, List<Integer> starts, List<Integer> lists) {
        Key {
            starts = List.copyOf(starts);
            lists = List.copyOf(lists);
        }
    }

    /** Entries from {@code first} on in order of their rules; then those of {@code parent}, a list before this one. */
    record EntryList(int first, int count, int parent) {}

    /** The rule matches when the target leads to any rule. */
    record Entry(int rule, int target) {}

    @Override
    public byte[] toBytes() {
        int intervals = keys.stream().mapToInt(it -> it.starts.size()).sum();
        int length = HEADER_BYTES
                + 4 * verdicts.size()
                + TEST_BYTES * tests.size()
                + 16 * keys.size()
                + 4 * intervals
                + 8 * lists.size()
                + 8 * entries.size()
                + 2 * (intervals + intervals % 2);
        ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(FORMAT).putInt(verdicts.size()).putInt(tests.size()).putInt(keys.size());
        out.putInt(intervals).putInt(lists.size()).putInt(entries.size());
        out.putInt(rest).putInt(restLeast).putInt(0);
        verdicts.forEach(out::putInt);
        for (Test test : tests) {
            out.putInt(test.word.mask()).putInt(test.low).putInt(test.high - test.low);
            out.putInt(test.yes).putInt(test.no);
            putField(out, test.word);
        }
        int first = 0;
        for (Key key : keys) {
            putField(out, key.word);
            out.putInt(key.word.mask()).putInt(first).putInt(key.starts.size());
            first += key.starts.size();
        }
        keys.forEach(key -> key.starts.forEach(out::putInt));
        for (EntryList list : lists) {
            out.putInt(list.first).putShort((short) list.count).putShort((short) list.parent);
        }
        entries.forEach(it -> out.putInt(it.rule).putInt(it.target));
        keys.forEach(key -> key.lists.forEach(it -> out.putShort(it.shortValue())));
        return out.array();
    }

    private static void putField(ByteBuffer out, Word word) {
        boolean computed = word.source() == Word.Source.COMPUTED;
        out.putShort((short) (computed ? 4 * word.offset() : word.offset()));
        out.put((byte) word.source().code()).put((byte) 0);
    }

    static IndexedProgram read(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getInt() != FORMAT) {
            throw new IllegalArgumentException("a match program of another format");
        }
        int[] counts = new int[9];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = in.getInt();
        }
        List<Integer> verdicts = ints(in, counts[0]);
        List<Test> tests = new ArrayList<>();
        for (int i = 0; i < counts[1]; i++) {
            int mask = in.getInt();
            int low = in.getInt();
            int high = low + in.getInt();
            int yes = in.getInt();
            int no = in.getInt();
            tests.add(new Test(field(in, mask), low, high, yes, no));
        }
        List<Word> words = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < counts[2]; i++) {
            Word word = field(in, 0);
            words.add(new Word(word.source(), word.offset(), in.getInt()));
            in.getInt();
            sizes.add(in.getInt());
        }
        List<List<Integer>> starts = sizes.stream().map(it -> ints(in, it)).toList();
        List<EntryList> lists = new ArrayList<>();
        for (int i = 0; i < counts[4]; i++) {
            lists.add(
                    new EntryList(in.getInt(), Short.toUnsignedInt(in.getShort()), Short.toUnsignedInt(in.getShort())));
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < counts[5]; i++) {
            entries.add(new Entry(in.getInt(), in.getInt()));
        }
        List<Key> keys = new ArrayList<>();
        for (int i = 0; i < counts[2]; i++) {
            List<Integer> of = new ArrayList<>();
            for (int k = 0; k < sizes.get(i); k++) {
                of.add(Short.toUnsignedInt(in.getShort()));
            }
            keys.add(new Key(words.get(i), starts.get(i), of));
        }
        return new IndexedProgram(verdicts, tests, keys, lists, entries, counts[6], counts[7]);
    }

    private static List<Integer> ints(ByteBuffer in, int count) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(in.getInt());
        }
        return numbers;
    }

    private static Word field(ByteBuffer in, int mask) {
        int offset = Short.toUnsignedInt(in.getShort());
        Word.Source source = Word.Source.ofCode(in.get());
        in.get();
        return new Word(source, source == Word.Source.COMPUTED ? offset / 4 : offset, mask);
    }
}
