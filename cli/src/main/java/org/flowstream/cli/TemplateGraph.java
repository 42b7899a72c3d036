package org.flowstream.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.flowstream.click.Connection;
import org.flowstream.click.Graph;
import org.flowstream.click.GraphElement;
import org.flowstream.drawing.Drawing;
import org.flowstream.drawing.Svg;
import org.flowstream.image.ImageCompiler;
import org.flowstream.problem.Problems;
import org.flowstream.template.Assignment;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.Template;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowstream template graph}: a template's configuration as a picture. */
@Command(
        name = "graph",
        description = {
            "Draws a template's configuration as an SVG: elements with their ports, and what connects them.",
            "Compound elements and variables are expanded, as they run. Inputs are on the left of an element, outputs"
                    + " on the right; filled marks push, hollow ones pull.",
            "With --output json it tells elements, ports, connections and where they are drawn."
        },
        footer = {
            "",
            "Example:",
            "  flowstream template graph firewall -o firewall.svg",
            "  flowstream template graph ./router.click --output json"
        })
final class TemplateGraph extends LocalCommand {
    @Mixin
    private TemplateArgument source;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Where to put the SVG (default: standard output).")
    private @Nullable Path file;

    @Mixin
    private ParameterOptions parameters;

    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        Problems problems = new Problems();
        ImageCompiler compiler = ImageCompiler.ofProgram();
        Optional<Template> loaded = source.load(compiler, problems);
        List<Assignment> assignments = parameters.assignments(problems);
        if (loaded.isEmpty()) {
            problems.throwIfAny();
        }
        Template template = loaded.orElseThrow();
        if (template.guest().isForeign()) {
            throw new CommandFailure(
                    template.name() + " is a " + template.guest() + " of your own: there is no configuration to draw");
        }
        Graph graph = compiler.check(template, ParameterBinder.bind(template, assignments, problems), problems);
        problems.throwIfAny();
        Drawing drawing = Drawing.of(graph, compiler.ports(graph));
        String svg = Svg.text(drawing, template.inferred() ? source.text() : template.nameAndVersion());
        if (file != null) {
            write(svg, file);
        }
        if (output.json()) {
            out().println(json(drawing).toPrettyString());
        } else if (file == null) {
            out().print(svg);
        } else {
            out().println(file + "  " + Quantities.counted(graph.elements().size(), "element") + ", "
                    + Quantities.counted(graph.connections().size(), "connection"));
        }
        return 0;
    }

    private static void write(String svg, Path target) {
        if (Files.isDirectory(target)) {
            throw CommandFailure.usage(target + " is a folder; -o takes a file");
        }
        try {
            Files.writeString(target, svg);
        } catch (IOException e) {
            Path folder = target.toAbsolutePath().getParent();
            throw new CommandFailure(
                    folder != null && !Files.isDirectory(folder)
                            ? "there is no folder " + folder
                            : "cannot write " + target + ": " + e.getMessage());
        }
    }

    private static ObjectNode json(Drawing drawing) {
        ObjectNode node = new ObjectMapper()
                .createObjectNode()
                .put("width", Math.round(drawing.width()))
                .put("height", Math.round(drawing.height()));
        ArrayNode elements = node.putArray("elements");
        for (Drawing.Box box : drawing.boxes()) {
            GraphElement element = box.element();
            ObjectNode each = elements.addObject()
                    .put("name", element.name())
                    .put("class", element.className())
                    .put("config", element.configText())
                    .put("file", element.position().file())
                    .put("line", element.position().line())
                    .put("x", Math.round(box.x()))
                    .put("y", Math.round(box.y()))
                    .put("width", Math.round(box.width()))
                    .put("height", Math.round(box.height()));
            ports(box.inputs(), each.putArray("inputs"));
            ports(box.outputs(), each.putArray("outputs"));
        }
        ArrayNode connections = node.putArray("connections");
        for (Drawing.Line line : drawing.lines()) {
            Connection connection = line.connection();
            connections
                    .addObject()
                    .put(
                            "from",
                            drawing.boxes().get(connection.from()).element().name())
                    .put("fromPort", connection.fromPort())
                    .put("to", drawing.boxes().get(connection.to()).element().name())
                    .put("toPort", connection.toPort())
                    .put("processing", line.kind().name().toLowerCase(Locale.ROOT));
        }
        return node;
    }

    private static void ports(List<Drawing.Port> ports, ArrayNode array) {
        ports.forEach(port -> array.add(port.kind().name().toLowerCase(Locale.ROOT)));
    }
}
