package org.flowstream.lowering;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.flowstream.click.ConfigText;
import org.flowstream.click.Connection;
import org.flowstream.click.Graph;
import org.flowstream.click.GraphElement;
import org.flowstream.element.ElementClass;
import org.flowstream.element.ElementClass.Argument;
import org.flowstream.element.ElementLibrary;
import org.flowstream.element.PortRange;
import org.flowstream.problem.Position;
import org.flowstream.problem.Problems;

/** Compiles a graph to the blob that the runtime loads. The same graph and library give the same bytes. */
public final class BlobWriter {
    /** An argument of an element, lowered. */
    private record Lowered(int index, int items, Value value) {}

    private final Graph graph;
    private final ElementLibrary library;
    private final Devices devices;
    private final Problems problems;
    private final AddressNames names;
    private final List<List<Lowered>> arguments = new ArrayList<>();
    private final Map<String, List<String>> rules = new TreeMap<>();

    private BlobWriter(Graph graph, ElementLibrary library, Devices devices, Problems problems) {
        this.graph = graph;
        this.library = library;
        this.devices = devices;
        this.problems = problems;
        this.names = AddressNames.of(graph, library, devices);
    }

    /**
     * Checks a graph and compiles it.
     *
     * @param devices the devices that it may name
     * @param problems takes everything that is wrong with connections and arguments
     * @return the blob; empty when anything was reported, now or when the graph was made
     */
    public static Optional<Blob> compile(Graph graph, ElementLibrary library, Devices devices, Problems problems) {
        Problems found = new Problems();
        BlobWriter writer = new BlobWriter(graph, library, devices, found);
        GraphChecker.PortCounts ports = GraphChecker.ports(graph, library, found);
        boolean known = graph.state() != Graph.State.CUT;
        for (int i = 0; i < graph.elements().size(); i++) {
            writer.arguments.add(writer.lower(graph.elements().get(i), known ? ports.outputs(i) : PortRange.MOST));
        }
        problems.addAll(found.list());
        return found.isEmpty() && graph.state() == Graph.State.WHOLE
                ? Optional.of(new Blob(writer.write(ports), writer.rules))
                : Optional.empty();
    }

    /** What the first argument of the first element is lowered to, whatever its outputs. */
    static Optional<Value> first(Graph graph, ElementLibrary library, Problems problems) {
        BlobWriter writer = new BlobWriter(graph, library, Devices.NUMBERED, problems);
        return writer.lower(graph.elements().get(0), PortRange.MOST).stream()
                .findFirst()
                .map(Lowered::value);
    }

    private List<Lowered> lower(GraphElement element, int outputs) {
        List<Lowered> lowered = new ArrayList<>();
        Optional<ElementClass> type = library.find(element.className());
        if (type.isEmpty()) {
            return lowered;
        }
        Reporter reporter = new Reporter(element, problems);
        ArgumentBinder.Bound bound = ArgumentBinder.bind(element, type.get());
        for (int i = 0; i < type.get().args().size(); i++) {
            Argument argument = type.get().args().get(i);
            List<ConfigText> items = bound.values().get(i);
            if (items != null) {
                lower(element, argument, items, outputs, reporter, i, lowered);
            } else if (argument.kind() == ElementClass.Kind.POSITIONAL) {
                reporter.report(element.place(), argument.name() + ": required argument missing");
            }
        }
        reporter.reportExtra(bound.extra(), type.get());
        return lowered;
    }

    private void lower(
            GraphElement element,
            Argument argument,
            List<ConfigText> items,
            int outputs,
            Reporter reporter,
            int index,
            List<Lowered> into) {
        Lowering lowering = Lowerings.of(argument.type())
                .orElseThrow(() -> new IllegalStateException("class " + element.className() + " declares "
                        + argument.name() + " of the unknown type " + argument.type()));
        if (argument.kind() == ElementClass.Kind.REST) {
            rules.put(element.name(), items.stream().map(ConfigText::text).toList());
        }
        List<ConfigText> literal = items.stream()
                .map(it -> names.replace(it, argument, element.name()))
                .toList();
        lowering.lower(new Given(literal, argument, outputs, element.name(), graph, library, devices, reporter))
                .ifPresent(value -> into.add(new Lowered(index, items.size(), value)));
    }

    private byte[] write(GraphChecker.PortCounts ports) {
        BlobHeap heap = new BlobHeap();
        LittleEndian elements = new LittleEndian();
        LittleEndian lowered = new LittleEndian();
        int count = 0;
        for (int i = 0; i < graph.elements().size(); i++) {
            GraphElement element = graph.elements().get(i);
            Position position = element.position();
            elements.reference(heap.text(element.name()))
                    .reference(heap.text(element.className()))
                    .reference(heap.text(element.configText()))
                    .reference(heap.text(position.file()))
                    .number(position.line())
                    .number(count)
                    .number(arguments.get(i).size())
                    .half(ports.inputs(i))
                    .half(ports.outputs(i))
                    .number(position.column())
                    .number(0);
            for (Lowered argument : arguments.get(i)) {
                lowered.half(argument.index)
                        .octet(argument.value.encoding().code())
                        .octet(0)
                        .number(argument.items)
                        .reference(heap.value(argument.value));
                count++;
            }
        }
        LittleEndian connections = new LittleEndian();
        for (Connection connection : graph.connections()) {
            connections
                    .number(connection.from())
                    .number(connection.to())
                    .half(connection.fromPort())
                    .half(connection.toPort());
        }
        elements.align(BlobFormat.ALIGNMENT);
        connections.align(BlobFormat.ALIGNMENT);
        lowered.align(BlobFormat.ALIGNMENT);
        byte[] heapBytes = heap.toBytes();
        int elementsOffset = BlobFormat.HEADER_BYTES;
        int connectionsOffset = elementsOffset + elements.size();
        int argumentsOffset = connectionsOffset + connections.size();
        int heapOffset = argumentsOffset + lowered.size();
        byte[] blob = new LittleEndian()
                .bytes(BlobFormat.MAGIC.getBytes(StandardCharsets.ISO_8859_1))
                .number(BlobFormat.VERSION)
                .number(heapOffset + heapBytes.length)
                .number(0)
                .number(graph.elements().size())
                .number(elementsOffset)
                .number(graph.connections().size())
                .number(connectionsOffset)
                .number(count)
                .number(argumentsOffset)
                .number(heapOffset)
                .number(heapBytes.length)
                .align(BlobFormat.HEADER_BYTES)
                .bytes(elements.toBytes())
                .bytes(connections.toBytes())
                .bytes(lowered.toBytes())
                .bytes(heapBytes)
                .toBytes();
        CRC32C crc = new CRC32C();
        crc.update(blob);
        byte[] sum = new LittleEndian().number((int) crc.getValue()).toBytes();
        System.arraycopy(sum, 0, blob, BlobFormat.CRC_OFFSET, sum.length);
        return blob;
    }
}
