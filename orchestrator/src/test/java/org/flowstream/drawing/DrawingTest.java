package org.flowstream.drawing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.flowstream.click.ClickParser;
import org.flowstream.click.Elaborator;
import org.flowstream.click.Graph;
import org.flowstream.click.Libraries;
import org.flowstream.element.ElementLibrary;
import org.flowstream.image.ImageCompiler;
import org.flowstream.lowering.GraphChecker;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateFiles;
import org.flowstream.template.TemplateLoader;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

final class DrawingTest {
    private static final ElementLibrary LIBRARY = ElementLibrary.load();

    @TestFactory
    Stream<DynamicTest> everyStockTemplate() {
        ImageCompiler compiler = ImageCompiler.ofProgram();
        return TemplateFiles.Stock.names().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    Template template = TemplateLoader.stock(name);
                    Problems problems = new Problems();
                    Graph graph =
                            compiler.check(template, ParameterBinder.bind(template, List.of(), problems), problems);
                    problems.throwIfAny();
                    Drawing drawing = Drawing.of(graph, compiler.ports(graph));
                    assertWhole(graph, drawing);
                    assertThat(text(first(svg(drawing), "title"))).isEqualTo("a title");
                }));
    }

    @Test
    void portsAreMarkedAsTheyMovePackets() throws Exception {
        Graph graph = graph("InfiniteSource -> q :: Queue -> c :: Counter -> d :: Discard;");
        Element svg = svg(drawing(graph));
        assertThat(marks(svg, "q")).containsExactly("port input push 0", "port output pull 0");
        assertThat(marks(svg, "c")).containsExactly("port input pull 0", "port output pull 0");
        assertThat(svg.getElementsByTagName("g").getLength()).isEqualTo(4 + 6 + 3);
        assertThat(connections(svg).get(2)).startsWith("connection pull c 0 -> d 0");
    }

    @Test
    void whatIsSpecialInXmlIsEscaped() throws Exception {
        Graph graph = graph("a :: Idle -> p :: Print(\"<b> & 'c' \u0001 \\\"]]>\") -> Discard;");
        Element svg = svg(drawing(graph));
        Element print = elements(svg).get("p");
        assertThat(print).isNotNull();
        assertThat(text(first(print, "title"))).startsWith("p :: Print(\"<b> & 'c' \ufffd \\\"]]>\")\nx.click:1");
    }

    @Test
    void circlesAndLoopsAreDrawn() throws Exception {
        Graph graph = graph("""
                s :: InfiniteSource -> [0] a :: Switch(0) -> b :: Counter -> c :: Tee;
                c [0] -> a;
                c [1] -> d :: Switch(0) -> e :: Counter -> d;
                d [1] -> Discard;
                a [1] -> Discard;
                """);
        Drawing drawing = drawing(graph);
        assertWhole(graph, drawing);
        List<String> inOrder = drawing.boxes().stream()
                .sorted(Comparator.comparingDouble(Drawing.Box::x))
                .map(it -> it.element().name())
                .filter(it -> it.length() == 1)
                .toList();
        assertThat(inOrder).containsExactly("s", "a", "b", "c", "d", "e");
        assertThat(drawing.boxes().stream().map(Drawing.Box::x).distinct()).hasSizeGreaterThanOrEqualTo(6);
    }

    @Test
    void aConfigurationWithoutElementsIsAnEmptyPicture() throws Exception {
        Graph graph = graph("// nothing\n");
        assertThat(elements(svg(drawing(graph)))).isEmpty();
    }

    @Test
    void alongStraightChainIsStraight() {
        Drawing drawing = drawing(graph("InfiniteSource -> a :: Counter -> b :: Counter -> c :: Counter -> Discard;"));
        assertThat(drawing.lines())
                .hasSize(4)
                .allSatisfy(it -> assertThat(it.path()).doesNotContain("C"));
    }

    /** What takes long to lay out, or overflows a stack: many elements in one row, and a circle through all of them. */
    @Test
    void aLargeConfigurationIsDrawnInTime() throws Exception {
        String chain =
                IntStream.range(0, 5_000).mapToObj(i -> "c" + i + " :: Counter").collect(Collectors.joining(" -> "));
        String fan = IntStream.range(0, 500)
                .mapToObj(i -> "t [" + i + "] -> u" + i + " :: Counter -> Discard;\n")
                .collect(Collectors.joining());
        Graph graph =
                graph("InfiniteSource -> sw :: Switch(0) -> " + chain + " -> sw; sw [1] -> t :: Tee(500);\n" + fan);
        long begin = System.nanoTime();
        Drawing drawing = drawing(graph);
        assertThat(System.nanoTime() - begin).isLessThan(20_000_000_000L);
        assertThat(drawing.boxes()).hasSize(5_000 + 3 + 1_000);
        assertThat(elements(svg(drawing))).hasSize(6_003);
    }

    /** That the picture has each element and each connection of the graph once, and boxes do not cover each other. */
    private static void assertWhole(Graph graph, Drawing drawing) throws Exception {
        Element svg = svg(drawing);
        Map<String, Element> elements = elements(svg);
        assertThat(elements).hasSize(graph.elements().size());
        graph.elements().forEach(it -> {
            Element drawn = elements.get(it.name());
            assertThat(drawn).as(it.name()).isNotNull();
            assertThat(drawn.getAttribute("data-class")).isEqualTo(it.className());
            assertThat(texts(drawn)).contains(it.name(), it.className());
        });
        assertThat(connections(svg).stream().map(it -> it.replaceFirst("connection \\w+ ", "")))
                .containsExactlyElementsOf(graph.connections().stream()
                        .map(it -> graph.elements().get(it.from()).name() + " " + it.fromPort() + " -> "
                                + graph.elements().get(it.to()).name() + " " + it.toPort())
                        .toList());
        List<Drawing.Box> boxes = drawing.boxes();
        for (int i = 0; i < boxes.size(); i++) {
            Drawing.Box box = boxes.get(i);
            assertThat(box.x() + box.width()).isLessThan(drawing.width());
            assertThat(box.y() + box.height()).isLessThan(drawing.height());
            for (Drawing.Box other : boxes.subList(0, i)) {
                assertThat(overlap(box, other)).as(box + " and " + other).isFalse();
            }
        }
    }

    private static boolean overlap(Drawing.Box a, Drawing.Box b) {
        return a.x() < b.x() + b.width()
                && b.x() < a.x() + a.width()
                && a.y() < b.y() + b.height()
                && b.y() < a.y() + a.height();
    }

    private static Graph graph(String configuration) {
        Problems problems = new Problems();
        Graph graph = Elaborator.elaborate(
                ClickParser.parse(new SourceText("x.click", configuration), problems),
                Map.of(),
                LIBRARY,
                Libraries.NONE,
                problems);
        problems.throwIfAny();
        return graph;
    }

    private static Drawing drawing(Graph graph) {
        return Drawing.of(graph, GraphChecker.kinds(graph, LIBRARY));
    }

    private static Element svg(Drawing drawing) throws Exception {
        byte[] bytes = Svg.text(drawing, "a title").getBytes(UTF_8);
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(bytes))
                .getDocumentElement();
    }

    private static Map<String, Element> elements(Element svg) {
        Map<String, Element> found = new TreeMap<>();
        groups(svg, "element")
                .forEach(it ->
                        assertThat(found.put(it.getAttribute("data-name"), it)).isNull());
        return found;
    }

    private static List<String> connections(Element svg) {
        return groups(svg, "connection").stream()
                .map(it -> it.getAttribute("class") + " " + it.getAttribute("data-from") + " "
                        + it.getAttribute("data-from-port") + " -> " + it.getAttribute("data-to") + " "
                        + it.getAttribute("data-to-port"))
                .toList();
    }

    private static List<String> marks(Element svg, String element) {
        return groups(Objects.requireNonNull(elements(svg).get(element)), "port").stream()
                .map(it -> it.getAttribute("class") + " " + it.getAttribute("data-port"))
                .toList();
    }

    private static List<Element> groups(Element within, String kind) {
        return all(within, "g").stream()
                .filter(it -> it.getAttribute("class").matches(kind + "( .*)?"))
                .toList();
    }

    private static List<String> texts(Element within) {
        return all(within, "text").stream().map(DrawingTest::text).toList();
    }

    private static Element first(Element within, String tag) {
        return all(within, tag).get(0);
    }

    private static List<Element> all(Element within, String tag) {
        NodeList nodes = within.getElementsByTagName(tag);
        List<Element> found = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            found.add((Element) nodes.item(i));
        }
        return found;
    }

    private static String text(Element element) {
        return element.getTextContent();
    }
}
