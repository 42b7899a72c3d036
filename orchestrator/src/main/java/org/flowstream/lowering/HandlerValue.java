package org.flowstream.lowering;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;
import org.flowstream.click.Graph;
import org.flowstream.click.GraphElement;
import org.flowstream.element.ElementClass;
import org.flowstream.element.ElementLibrary;
import org.flowstream.problem.Place;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;

/**
 * What is written to a handler that takes compiled text: the text, and what an argument of the handler's type compiles
 * it to (docs/contracts.md, section 5).
 */
public final class HandlerValue {
    private static final String MAGIC = "FSCV";
    private static final int ALIGNMENT = 8;

    private HandlerValue() {}

    /**
     * Compiles a text for a running element's arguments. Its outputs are not known here: the runtime refuses a rule that
     * leads to one that it has not.
     *
     * @param element the element's name
     * @param handler by which errors call the text, behind the element's name
     * @return the bytes to write; empty when something was reported
     */
    public static Optional<byte[]> compile(
            String element, ElementClass type, String handler, String text, ElementLibrary library, Problems problems) {
        SourceText source = new SourceText(element + "." + handler, text);
        Place place = new Place(source, 0, text.length());
        ConfigText config = ConfigText.of(place);
        GraphElement alone = new GraphElement(element, type.name(), config, ConfigStrings.arguments(config), place);
        Graph graph = new Graph(List.of(alone), List.of(), List.of(), Graph.State.CUT);
        Problems found = new Problems();
        Optional<Value> value = BlobWriter.first(graph, library, found);
        problems.addAll(found.list());
        return found.isEmpty() ? value.map(it -> pack(text, it)) : Optional.empty();
    }

    private static byte[] pack(String text, Value value) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new LittleEndian()
                .bytes(MAGIC.getBytes(StandardCharsets.US_ASCII))
                .number(bytes.length)
                .bytes(bytes)
                .align(ALIGNMENT)
                .bytes(value.bytes())
                .toBytes();
    }
}
