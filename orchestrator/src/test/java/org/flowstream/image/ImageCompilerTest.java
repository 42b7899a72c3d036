package org.flowstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.flowstream.click.ClickParser;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.Elaborator;
import org.flowstream.click.Graph;
import org.flowstream.element.ElementLibrary;
import org.flowstream.problem.BadValueException;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.flowstream.problem.ProblemsException;
import org.flowstream.problem.SourceText;
import org.flowstream.template.Assignment;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.ParameterValue;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateDevice;
import org.flowstream.template.TemplateFiles;
import org.flowstream.template.TemplateLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Templates to images, with the runtime and the element classes that the build made. */
final class ImageCompilerTest {
    private static final String JSON = """
            {"name": "t", "version": "1.0.0", "summary": "s", "image": {"click": "t.click"},
             "parameters": {"rules": {"type": "list", "of": "ip-filter-rule", "default": ["deny all"], "description": "d"},
                            "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 10, "description": "d"}},
             "devices": [{"name": "outside", "click": ["0", "eth0"], "mode": "bump"},
                         {"name": "inside", "click": ["1", "eth1"], "mode": "bump"}]}
            """;

    @TempDir
    private Path folder;

    private final ImageCompiler compiler = ImageCompiler.ofProgram();

    @Test
    void stockTemplatesBuildWithoutParameters() {
        for (String name : TemplateFiles.Stock.names()) {
            Template template = TemplateLoader.stock(name);
            Image image = build(template, List.of());
            assertThat(image.size()).as(name).isLessThanOrEqualTo(512 << 10);
            assertThat(image.manifest().template()).isEqualTo(name);
            assertThat(ImageFile.parse(image.bytes(), name)).isEqualTo(image);
            assertThat(template.tests()).as("tests of " + name).isNotEmpty();
            assertThat(template.files().bytes("README.md"))
                    .as("documentation of " + name)
                    .isPresent();
        }
    }

    @Test
    void anImageStandsOnTheSmallestRuntimeWithItsClasses() throws IOException {
        Runtimes runtimes = Runtimes.ofProgram();
        String common = "FromDevice(0) -> Counter -> ToDevice(1);";
        String rare = "FromDevice(0) -> Pad -> ToDevice(1);";
        assertThat(build(template(folder, JSON, common), List.of()).manifest().runtime())
                .isEqualTo(runtimes.compact().sha256());
        assertThat(build(template(folder, JSON, rare), List.of()).manifest().runtime())
                .isEqualTo(runtimes.whole().sha256());
        assertThat(runtimes.compact().size()).isLessThan(192 << 10);
        assertThat(runtimes.whole().size()).isLessThanOrEqualTo(512 << 10);
    }

    @Test
    void theSameInputGivesTheSameBytesWhereverItLies() throws IOException {
        Path one = Files.createDirectory(folder.resolve("one"));
        Path two = Files.createDirectory(folder.resolve("two"));
        String click = "FromDevice(eth0) -> IPFilter($rules) -> Counter -> ToDevice(1);";
        assertThat(build(template(one, JSON, click), List.of("limit=10")).bytes())
                .isEqualTo(build(template(two, JSON, click), List.of()).bytes());
        assertThat(build(template(one, JSON, click), List.of("rules=allow all")).digest())
                .isNotEqualTo(build(template(two, JSON, click), List.of()).digest());
    }

    @Test
    void theManifestSaysWhereElementsAreAndWhatTheyMayDo() throws IOException {
        String click = "from :: FromDevice(eth0)\n -> f :: IPFilter($rules, deny all) -> ToDevice(1);";
        Manifest manifest = build(template(folder, JSON, click), List.of("rules=allow tcp,deny udp"))
                .manifest();
        assertThat(manifest.elements())
                .containsExactly(
                        new Manifest.Element("from", "FromDevice", "t.click", 1, List.of()),
                        new Manifest.Element(
                                "f", "IPFilter", "t.click", 2, List.of("allow tcp", "deny udp", "deny all")),
                        new Manifest.Element("ToDevice@3", "ToDevice", "t.click", 2, List.of()));
        assertThat(manifest.effects()).containsExactly("drop", "observe");
        assertThat(manifest.parameterTexts()).isEqualTo(Map.of("limit", "10", "rules", "allow tcp, deny udp"));
        assertThat(manifest.memory()).isEqualTo(8L << 20);
    }

    private static final String TESTS = """
            test "any rules"
            send outside 0ms ether() / arp()
            expect inside same 1
            test "this limit"
            parameters limit=7
            send inside 20us ether() / arp()
            send inside 10us ether(src=02:00:00:00:00:09) / arp()
            """;

    /** The template of a folder, with these names in its health's "tests". */
    private Template tested(String names, String tests) throws IOException {
        Files.writeString(folder.resolve("t.test"), tests);
        return template(
                folder,
                JSON.replace(
                        "\"image\":",
                        "\"tests\": [\"t.test\"], \"health\": {\"ready\": [\"function\"], \"tests\": [" + names
                                + "]}, \"image\":"),
                "FromDevice(0) -> ToDevice(1);");
    }

    @Test
    void anImageCarriesTheTestsThatHoldForItsParameters() throws IOException {
        Template template = tested("\"any rules\", \"this limit\"", TESTS);
        assertThat(build(template, List.of("rules=allow all")).manifest().functionTests())
                .extracting(FunctionTest::name)
                .containsExactly("any rules");
        Image image = build(template, List.of("limit=7"));
        assertThat(ImageFile.parse(image.bytes(), "t").manifest().functionTests())
                .isEqualTo(image.manifest().functionTests())
                .hasSize(2);
        FunctionTest any = image.manifest().functionTests().get(0);
        assertThat(any.sends()).hasSize(1);
        assertThat(any.expected())
                .isEqualTo(Map.of("inside", List.of(any.sends().get(0).frame())));
        FunctionTest limited = image.manifest().functionTests().get(1);
        assertThat(limited.sends())
                .extracting(send -> send.device() + " " + send.at().toNanos())
                .containsExactly("inside 20000", "inside 10000");
        assertThat(limited.expected()).isEmpty();
    }

    private List<String> testMistakes(String names, String tests) throws IOException {
        Template template = tested(names, tests);
        Problems problems = new Problems();
        ProblemsException thrown = catchThrowableOfType(
                ProblemsException.class,
                () -> compiler.build(template, ParameterBinder.bind(template, List.of(), problems), problems));
        return thrown.problems().stream()
                .map(it -> it.toString().replace(folder + "/", ""))
                .toList();
    }

    @Test
    void testsThatCannotShowAFunctionAreProblems() throws IOException {
        String cannot = ": health.tests: \"x\" cannot show a machine's function: ";
        assertThat(testMistakes("\"any rule\"", TESTS))
                .containsExactly(
                        "template.json: health.tests: no test is named \"any rule\" (did you mean 'any rules'?)");
        assertThat(testMistakes("\"x\"", "test \"x\"\nexpect inside nothing"))
                .containsExactly("t.test:1:6" + cannot + "it sends nothing");
        assertThat(testMistakes("\"x\"", "test \"x\"\nsend inside 1001ms ether()"))
                .containsExactly("t.test:1:6" + cannot + "it takes longer than 1 s");
        assertThat(testMistakes("\"x\"", "test \"x\"\n" + "send inside 0 ether()\n".repeat(65)))
                .containsExactly("t.test:1:6" + cannot + "it has more than 64 frames");
        assertThat(testMistakes("\"x\"", "test \"x\"\nsend inside 0 ether() / bytes(1505)"))
                .containsExactly("t.test:1:6" + cannot + "it has a frame of more than 1518 bytes");
    }

    @Test
    void fiveMistakesAreFiveProblemsAndNothingElse() throws IOException {
        String json = JSON.replace("\"image\":", "\"resources\": {\"vcpus\": \"one\"}, \"image\":")
                .replace("\"default\": 10", "\"default\": 5000");
        String click = """
                from :: FromDevice(0) -> c :: Classifier(12/0800, -);
                c[0] -> IPFilter($rulez) -> k :: Conter -> ToDevice(1);
                """;
        Problems problems = new Problems();
        Template template =
                TemplateLoader.load(folder(folder, json, click), problems).orElseThrow();
        ProblemsException thrown = catchThrowableOfType(
                ProblemsException.class,
                () -> compiler.build(template, ParameterBinder.bind(template, List.of(), problems), problems));
        assertThat(thrown.problems().stream().map(Problem::toString).map(it -> it.replace(folder + "/", "")))
                .containsExactlyInAnyOrder(
                        "template.json:1:74: resources.vcpus: \"one\" is not an integer",
                        "template.json:3:88: parameters.limit.default: 5000 is above the maximum 1000",
                        "t.click:1:26: While configuring 'c :: Classifier': need 1 arguments, one per output port "
                                + "(output 1 is not connected, it has 2 outputs)",
                        "t.click:2:18: While configuring 'IPFilter@3 :: IPFilter': unknown parameter '$rulez' (did you "
                                + "mean '$rules'?)",
                        "t.click:2:34: unknown element class 'Conter' (did you mean 'Counter'?)");
    }

    @Test
    void librariesAreFilesOfTheTemplate() throws IOException {
        Files.writeString(folder.resolve("lib.click"), "elementclass Path { input -> Counter -> output }");
        Manifest manifest = build(
                        template(
                                folder, JSON, "require(library lib.click); FromDevice(0) -> p :: Path -> ToDevice(1);"),
                        List.of())
                .manifest();
        assertThat(manifest.elements())
                .contains(new Manifest.Element("p/Counter@1", "Counter", "lib.click", 1, List.of()));
        assertThat(mistakes("require(library ../lib.click); FromDevice(0) -> ToDevice(1);", List.of()))
                .containsExactly("t.click:1:9: library '../lib.click' not found in CLICKPATH/conf");
    }

    @Test
    void aDeviceThatIsNotThereIsAProblem() throws IOException {
        assertThat(mistakes("FromDevice(eth7) -> ToDevice(1);", List.of()))
                .containsExactly("t.click:1:12: While configuring 'FromDevice@1 :: FromDevice': no such device: 'eth7' "
                        + "(expected one of 0, 1, eth0, eth1)");
    }

    @Test
    void aWrongRuleIsNamedByItsParameter() throws IOException {
        assertThat(mistakes("FromDevice(0) -> IPFilter($rules) -> ToDevice(1);", List.of("rules=alow tcp")))
                .containsExactly("t.click:1:27: While configuring 'IPFilter@2 :: IPFilter': rule 1: 'alow': expected "
                        + "allow, deny, drop or an output number (in the value of $rules; did you mean 'allow'?)");
    }

    @Test
    void aBareConfigurationGetsATemplate() {
        Problems problems = new Problems();
        Template two = compiler.infer(
                        new SourceText("My Fire_wall.click", "FromDevice(eth1) -> ToDevice(DEVNAME eth0);"), problems)
                .orElseThrow();
        assertThat(two.inferred()).isTrue();
        assertThat(two.name()).isEqualTo("my-fire-wall");
        assertThat(two.devices().stream().map(TemplateDevice::clickNames))
                .containsExactly(List.of("eth0"), List.of("eth1"));
        assertThat(two.devices().stream().map(TemplateDevice::name)).containsExactly("outside", "inside");
        Template named = compiler.infer(
                        new SourceText(
                                "x.click", "FromDevice(wan) -> t :: Tee(2) -> ToDevice(lan); t[1] -> ToDevice(0);"),
                        problems)
                .orElseThrow();
        assertThat(named.devices().stream().map(TemplateDevice::clickNames))
                .containsExactly(List.of("0"), List.of("wan"), List.of("lan"));
        assertThat(problems.list()).isEmpty();
        assertThat(build(named, List.of()).manifest().effects()).contains("copy", "redirect");
        assertThat(compiler.infer(new SourceText("x.click", "Idle -> Discard;"), problems))
                .isEmpty();
        assertThat(problems.list().toString())
                .isEqualTo("[x.click: the configuration names no device, so that no packet can reach it]");
    }

    /** The promise is 150 ms in a running JVM; a first build is what a daemon's first run sees. */
    @Test
    void aBuildIsQuick() {
        Template template = TemplateLoader.stock("firewall");
        build(template, List.of());
        long begin = System.nanoTime();
        int builds = 5;
        for (int i = 0; i < builds; i++) {
            build(template, List.of());
        }
        assertThat((System.nanoTime() - begin) / 1e6 / builds)
                .as("ms for a build")
                .isLessThan(150);
    }

    /** Whatever a text parameter holds, it is one argument with that text, and the elements are the same. */
    @Property(tries = 2_000)
    void aTextStaysOneArgument(@ForAll("hostile") String text) {
        Graph graph = elaborate("a :: Print($x, 8) -> Discard; Idle -> a;", new ParameterValue.TextValue(text));
        assertThat(graph.elements()).hasSize(3);
        assertThat(graph.connections()).hasSize(2);
        assertThat(graph.elements().get(0).arguments()).hasSize(2);
        assertThat(ConfigStrings.unquoteBytes(
                        graph.elements().get(0).arguments().get(0)))
                .isEqualTo(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    /** A text that is taken as a rule is one argument; all others are refused. */
    @Property(tries = 2_000)
    void aRuleStaysOneArgument(@ForAll("hostile") String text) {
        ParameterValue value;
        try {
            value = new ParameterValue.RuleValue(text);
        } catch (BadValueException e) {
            return;
        }
        Graph graph = elaborate("a :: IPFilter($x, deny all) -> Discard; Idle -> a;", value);
        assertThat(graph.elements()).hasSize(3);
        assertThat(graph.elements().get(0).arguments()).hasSize(2);
        assertThat(graph.elements().get(0).arguments().get(0).text()).isEqualTo(text.strip());
    }

    @Provide
    Arbitrary<String> hostile() {
        return Arbitraries.of(
                        "\"", "'", "\\", "$x", "${x}", "$", "(", ")", ",", ";", "//", "/*", "*/", "/", "\n", "\\<41>",
                        "->", "[0]", "{", "}", "Idle", "allow", " ", "tcp", "#", "\0", "ü", "🙂", "::", "=", "&&", "||",
                        "!")
                .list()
                .ofMaxSize(8)
                .map(it -> String.join("", it));
    }

    private static Graph elaborate(String click, ParameterValue value) {
        Problems problems = new Problems();
        Graph graph = Elaborator.elaborate(
                ClickParser.parse(new SourceText("t.click", click), problems),
                ParameterBinder.variables(Map.of("x", value)),
                ElementLibrary.load(),
                problems);
        assertThat(problems.list()).isEmpty();
        return graph;
    }

    private List<String> mistakes(String click, List<String> options) throws IOException {
        Template template = template(folder, JSON, click);
        ProblemsException thrown = catchThrowableOfType(ProblemsException.class, () -> build(template, options));
        return thrown.problems().stream()
                .map(Problem::toString)
                .map(it -> it.replace(folder + "/", ""))
                .toList();
    }

    private Image build(Template template, List<String> options) {
        Problems problems = new Problems();
        return compiler.build(
                template,
                ParameterBinder.bind(template, Assignment.of(Optional.empty(), options, problems), problems),
                problems);
    }

    private static TemplateFiles folder(Path folder, String json, String click) throws IOException {
        Files.writeString(folder.resolve("template.json"), json);
        Files.writeString(folder.resolve("t.click"), click);
        return new TemplateFiles.Folder(folder);
    }

    private static Template template(Path folder, String json, String click) throws IOException {
        Problems problems = new Problems();
        Optional<Template> template = TemplateLoader.load(folder(folder, json, click), problems);
        problems.throwIfAny();
        return template.orElseThrow();
    }
}
