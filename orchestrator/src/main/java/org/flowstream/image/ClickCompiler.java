package org.flowstream.image;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.flowstream.click.ClickParser;
import org.flowstream.click.Elaborator;
import org.flowstream.click.Graph;
import org.flowstream.click.Libraries;
import org.flowstream.element.ElementLibrary;
import org.flowstream.lowering.Blob;
import org.flowstream.lowering.BlobWriter;
import org.flowstream.lowering.Devices;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;

/** From a bare configuration to what the engine runs as a process: no template, no manifest, any device name. */
public final class ClickCompiler {
    /**
     * A configuration that is right.
     *
     * @param graph its elements and connections
     * @param blob the same for the engine
     * @param devices the names of the devices that it uses, by their numbers
     */
    public record Compiled(Graph graph, Blob blob, List<String> devices) {
        public Compiled {
            devices = List.copyOf(devices);
        }
    }

    private ClickCompiler() {}

    /**
     * Compiles a text; all that is wrong with it is added to the problems.
     *
     * @param variables values, as Click text, for the configuration's variables
     * @param libraries where configurations are that it requires
     * @param addresses those of a host's device by its name, and of {@code NAME:gw} the gateway's
     */
    public static Optional<Compiled> compile(
            SourceText source,
            Map<String, String> variables,
            ElementLibrary library,
            Libraries libraries,
            Function<String, List<String>> addresses,
            Problems problems) {
        Graph graph =
                Elaborator.elaborate(ClickParser.parse(source, problems), variables, library, libraries, problems);
        List<String> devices = List.copyOf(DeviceNames.in(graph, library));
        Devices named = Devices.of(devices.stream().map(List::of).toList()).withAddresses(addresses);
        return BlobWriter.compile(graph, library, named, problems).map(it -> new Compiled(graph, it, devices));
    }
}
