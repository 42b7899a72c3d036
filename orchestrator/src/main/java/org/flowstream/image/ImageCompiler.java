package org.flowstream.image;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.flowstream.click.ClickParser;
import org.flowstream.click.Elaborator;
import org.flowstream.click.Graph;
import org.flowstream.click.GraphElement;
import org.flowstream.click.Libraries;
import org.flowstream.element.ElementLibrary;
import org.flowstream.lowering.Blob;
import org.flowstream.lowering.BlobWriter;
import org.flowstream.lowering.Devices;
import org.flowstream.lowering.GraphChecker;
import org.flowstream.lowering.PortKinds;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.template.FunctionTests;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.ParameterValue;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateDevice;
import org.flowstream.template.TemplateImage;

/** From a template and values of its parameters to an image, or to all that is wrong with them. */
public final class ImageCompiler {
    /** What an empty machine does at each of its devices. */
    private static final String EMPTY = "empty.click";

    private final Runtimes runtimes;
    private final ElementLibrary library;
    private final String builtBy;

    /**
     * A compiler for some runtimes.
     *
     * @param library the element classes of the whole runtime
     * @param builtBy the program's name and version, for the manifest
     */
    public ImageCompiler(Runtimes runtimes, ElementLibrary library, String builtBy) {
        this.runtimes = runtimes;
        this.library = library;
        this.builtBy = builtBy;
    }

    /** The compiler for the runtimes that come with the program. */
    public static ImageCompiler ofProgram() {
        ElementLibrary library = ElementLibrary.load();
        return new ImageCompiler(Runtimes.ofProgram(), library, "flowstream " + library.runtime());
    }

    /**
     * The image. What is wrong with the configuration is added to the problems; when there are any, those found before
     * included, they are thrown.
     */
    public Image build(Template template, Map<String, ParameterValue> values, Problems problems) {
        if (template.image() instanceof TemplateImage.Foreign foreign) {
            Image image = ForeignBuilder.image(template, foreign, values, builtBy, problems);
            problems.throwIfAny();
            return image;
        }
        Problems found = new Problems();
        // Where a template lies on this computer is not the image's business: the file's name alone goes in.
        Graph graph = elaborate(
                bare(template.configuration().orElseThrow()),
                ParameterBinder.variables(values),
                (name, file) -> template.files().text(name).map(ImageCompiler::bare),
                found);
        Optional<Blob> blob = compile(graph, template, found);
        List<FunctionTest> tests = FunctionTests.of(template, values, found).stream()
                .map(FunctionTest::of)
                .toList();
        if (!found.isEmpty()) {
            // The same mistakes again, with the file named as the user knows it.
            check(template, values, problems);
        }
        problems.throwIfAny();
        RuntimeElf runtime = runtimes.with(
                graph.elements().stream().map(GraphElement::className).toList());
        return image(blob.orElseThrow(), graph, template, values, tests, runtime);
    }

    private static SourceText bare(SourceText source) {
        return new SourceText(source.file().substring(source.file().lastIndexOf('/') + 1), source.text());
    }

    /** The elements of a template's configuration, if it has one; all that is wrong is added to the problems. */
    public Graph check(Template template, Map<String, ParameterValue> values, Problems problems) {
        if (template.image() instanceof TemplateImage.Foreign foreign) {
            var unused = ForeignBuilder.image(template, foreign, values, builtBy, problems);
            return new Graph(List.of(), List.of(), List.of(), Graph.State.WHOLE);
        }
        Graph graph = elaborate(
                template.configuration().orElseThrow(),
                ParameterBinder.variables(values),
                (name, file) -> template.files().text(name),
                problems);
        compile(graph, template, problems);
        var unused = FunctionTests.of(template, values, problems);
        return graph;
    }

    /** The ports of a configuration's elements, and which of them push. */
    public PortKinds ports(Graph graph) {
        return GraphChecker.kinds(graph, library);
    }

    /** The template of a bare configuration. */
    public Optional<Template> infer(SourceText configuration, Problems problems) {
        // What is wrong with the configuration is found again, with its devices known, when it is checked or built.
        Graph graph = elaborate(configuration, Map.of(), Libraries.NONE, new Problems());
        return TemplateInference.template(configuration, DeviceNames.in(graph, library), problems);
    }

    /**
     * The image of a machine that waits in the pool: it drops what comes, and takes its first configuration by the
     * control channel. It is on the runtime with all classes, so that any image of this program may follow.
     *
     * @param devices how many the machine has
     */
    public Image empty(int devices) {
        Problems problems = new Problems();
        String one = Runtimes.text("/org/flowstream/image/" + EMPTY);
        SourceText source = new SourceText(
                EMPTY,
                IntStream.range(0, devices)
                        .mapToObj(device -> one.replace("DEVICE", Integer.toString(device)))
                        .collect(Collectors.joining()));
        Template template = infer(source, problems)
                .orElseThrow(() -> new IllegalArgumentException("a machine without devices has nothing to drop"));
        Graph graph = elaborate(source, Map.of(), Libraries.NONE, problems);
        Optional<Blob> blob = compile(graph, template, problems);
        problems.throwIfAny();
        return image(blob.orElseThrow(), graph, template, Map.of(), List.of(), runtimes.whole());
    }

    private Graph elaborate(
            SourceText configuration, Map<String, String> variables, Libraries libraries, Problems problems) {
        return Elaborator.elaborate(
                ClickParser.parse(configuration, problems), variables, library, libraries, problems);
    }

    private Optional<Blob> compile(Graph graph, Template template, Problems problems) {
        Problems found = new Problems();
        List<List<String>> names =
                template.devices().stream().map(TemplateDevice::clickNames).toList();
        Optional<Blob> blob = BlobWriter.compile(graph, library, Devices.of(names), found);
        if (template.inferred()) {
            problems.addAll(found.list());
        } else {
            FreeVariables.check(graph, template, problems);
            problems.addAll(FreeVariables.withoutConsequences(found.list(), graph));
        }
        return blob;
    }

    private Image image(
            Blob blob,
            Graph graph,
            Template template,
            Map<String, ParameterValue> values,
            List<FunctionTest> tests,
            RuntimeElf runtime) {
        List<Manifest.Element> elements = graph.elements().stream()
                .map(it -> new Manifest.Element(
                        it.name(),
                        it.className(),
                        it.position().file(),
                        it.position().line(),
                        blob.rules(it.name())))
                .toList();
        Manifest manifest = new Manifest(
                template.name(),
                template.version(),
                new TreeMap<>(values),
                template.devices().stream()
                        .map(it -> new Manifest.Device(it.name(), it.clickNames(), it.mode()))
                        .toList(),
                elements,
                Effects.of(graph, library, template.devices().size()),
                (long) template.memoryMib() << 20,
                template.health(),
                tests,
                new Guest.Engine(runtime.sha256()),
                builtBy);
        return new ImageBuilder(runtime).build(blob.toBytes(), manifest);
    }
}
