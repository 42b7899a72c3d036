package org.flowstream.lowering;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.flowstream.element.ElementLibrary;

/** Reads a blob's bytes back and writes what they say, one line each. */
final class BlobDump {
    private final ByteBuffer blob;
    private final ElementLibrary library;
    private final StringBuilder out = new StringBuilder();

    BlobDump(byte[] bytes, ElementLibrary library) {
        this.blob = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.library = library;
    }

    String text() {
        int elements = blob.getInt(20);
        int elementsAt = blob.getInt(24);
        int connections = blob.getInt(28);
        int connectionsAt = blob.getInt(32);
        line("blob version %d, %d elements, %d connections", blob.getInt(8), elements, connections);
        for (int i = 0; i < elements; i++) {
            element(i, elementsAt + i * BlobFormat.ELEMENT_BYTES);
        }
        for (int i = 0; i < connections; i++) {
            int at = connectionsAt + i * BlobFormat.CONNECTION_BYTES;
            line(
                    "connection %d[%d] -> [%d]%d",
                    blob.getInt(at), blob.getShort(at + 8), blob.getShort(at + 10), blob.getInt(at + 4));
        }
        return out.toString();
    }

    private void element(int index, int at) {
        String className = string(at + 8);
        line(
                "element %d %s :: %s at %s:%d:%d, %d inputs, %d outputs",
                index,
                string(at),
                className,
                string(at + 24),
                blob.getInt(at + 32),
                blob.getInt(at + 48),
                blob.getShort(at + 44),
                blob.getShort(at + 46));
        line("  config %s", escaped(string(at + 16)));
        int first = blob.getInt(at + 36);
        int count = blob.getInt(at + 40);
        for (int i = first; i < first + count; i++) {
            argument(className, blob.getInt(40) + i * BlobFormat.ARGUMENT_BYTES);
        }
    }

    private void texts(ByteBuffer table) {
        int count = table.getInt(4);
        table.position(8);
        for (int i = 0; i < count; i++) {
            byte[] text = new byte[table.getInt()];
            table.get(text).get();
            line("    text %s", escaped(new String(text, StandardCharsets.UTF_8)));
        }
    }

    private void argument(String className, int at) {
        int index = blob.getShort(at);
        var declared = library.find(className).orElseThrow().args().get(index);
        Encoding encoding = Encoding.ofCode(blob.get(at + 2));
        byte[] value = bytes(at + 8);
        ByteBuffer number = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
        String prefix = String.format(
                Locale.ROOT, "  argument %d %s %s items %d", index, declared.name(), encoding, blob.getInt(at + 4));
        switch (encoding) {
            case INTEGER -> line("%s: %d", prefix, number.getLong());
            case BOOLEAN -> line("%s: %d", prefix, value[0]);
            case TEXT -> line("%s: %s", prefix, escaped(new String(value, StandardCharsets.UTF_8)));
            case BYTES -> line("%s: %s", prefix, HexFormat.of().formatHex(value));
            case TABLE -> {
                line("%s: %s", prefix, declared.type());
                switch (declared.type()) {
                    case "arp-entries", "routes" -> entries(value, 16);
                    case "nd-entries" -> entries(value, 24);
                    case "routes6" -> entries(value, Routes6Lowering.ROUTE_BYTES);
                    case "texts", "strings", "rewriter-input", "rewriter-pattern", "mapper-pattern", "mapper-server" ->
                        texts(number);
                    default -> program(value);
                }
            }
        }
    }

    private void entries(byte[] table, int size) {
        for (int at = 8; at < table.length; at += size) {
            line("    %s", HexFormat.of().formatHex(table, at, at + size));
        }
    }

    private void program(byte[] table) {
        if (ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN).getInt() == IndexedProgram.FORMAT) {
            indexed(IndexedProgram.read(table));
            return;
        }
        MatchProgram program = MatchProgram.read(table);
        verdicts(program.verdicts());
        line("    root %s", target(program.root()));
        for (int i = 0; i < program.nodes().size(); i++) {
            MatchProgram.Node node = program.nodes().get(i);
            line(
                    "    %d: %s[%d] & %08x %s %08x ? %s : %s",
                    i,
                    node.word().source().name().toLowerCase(Locale.ROOT),
                    node.word().offset(),
                    node.word().mask(),
                    node.comparison().sign(),
                    node.value(),
                    target(node.yes()),
                    target(node.no()));
        }
    }

    private void verdicts(List<Integer> verdicts) {
        for (int i = 0; i < verdicts.size(); i++) {
            int verdict = verdicts.get(i);
            line("    rule %d: %s", i, verdict == MatchProgram.DROP ? "drop" : "output " + verdict);
        }
    }

    private void indexed(IndexedProgram program) {
        verdicts(program.verdicts());
        for (int i = 0; i < program.tests().size(); i++) {
            IndexedProgram.Test test = program.tests().get(i);
            String yes = target(test.yes());
            line(
                    "    %d: %s %08x to %08x ? %s : %s",
                    i, field(test.word()), test.low(), test.high(), yes, target(test.no()));
        }
        for (IndexedProgram.Key key : program.keys()) {
            line("    key %s", field(key.word()));
            for (int i = 0; i < key.starts().size(); i++) {
                line(
                        "      from %08x: list %d",
                        key.starts().get(i), key.lists().get(i));
            }
        }
        for (int i = 1; i < program.lists().size(); i++) {
            IndexedProgram.EntryList list = program.lists().get(i);
            line("    list %d: then %d", i, list.parent());
            for (IndexedProgram.Entry entry : program.entries().subList(list.first(), list.first() + list.count())) {
                line("      rule %d if %s", entry.rule(), target(entry.target()));
            }
        }
        line("    rest %s", target(program.rest()));
    }

    private static String field(Word word) {
        return String.format(
                Locale.ROOT,
                "%s[%d] & %08x",
                word.source().name().toLowerCase(Locale.ROOT),
                word.offset(),
                word.mask());
    }

    private static String target(int target) {
        if (target == MatchProgram.NONE) {
            return "none";
        }
        return target < 0 ? "rule " + (target & ~MatchProgram.LEAF) : Integer.toString(target);
    }

    private byte[] bytes(int reference) {
        byte[] bytes = new byte[blob.getInt(reference + 4)];
        blob.get(blob.getInt(44) + blob.getInt(reference), bytes);
        return bytes;
    }

    private String string(int reference) {
        return new String(bytes(reference), StandardCharsets.UTF_8);
    }

    private static String escaped(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"") + "\"";
    }

    private void line(String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
