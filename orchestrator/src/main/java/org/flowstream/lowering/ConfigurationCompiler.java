package org.flowstream.lowering;

import java.util.Map;
import java.util.Optional;
import org.flowstream.click.ClickParser;
import org.flowstream.click.Configuration;
import org.flowstream.click.Elaborator;
import org.flowstream.click.Graph;
import org.flowstream.element.ElementLibrary;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;

/** From the text of a configuration to its blob: parse, elaborate, check, lower. */
public final class ConfigurationCompiler {
    /**
     * A configuration that is right.
     *
     * @param graph its elements and connections
     * @param blob the same for the runtime
     */
    public record Compiled(Graph graph, Blob blob) {}

    private ConfigurationCompiler() {}

    /**
     * Compiles a text; all that is wrong with it is reported in one go, whichever stage finds it.
     *
     * @param variables values, as Click text, for the configuration's variables
     */
    public static Optional<Compiled> compile(
            SourceText source,
            Map<String, String> variables,
            ElementLibrary library,
            Devices devices,
            Problems problems) {
        Configuration configuration = ClickParser.parse(source, problems);
        Graph graph = Elaborator.elaborate(configuration, variables, library, problems);
        return BlobWriter.compile(graph, library, devices, problems).map(it -> new Compiled(graph, it));
    }
}
