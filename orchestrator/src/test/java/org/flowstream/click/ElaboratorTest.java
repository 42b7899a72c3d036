package org.flowstream.click;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.flowstream.element.ElementLibrary;
import org.flowstream.problem.ProblemText;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ElaboratorTest {
    private static final ElementLibrary CLASSES = library("A", "B", "C", "D", "Idle", "Queue", "CheckIPHeader");

    static ElementLibrary library(String... names) {
        return ElementLibrary.parse(
                Arrays.stream(names)
                        .map(name -> "{\"name\": \"" + name + "\", \"ports\": \"-/-\", \"processing\": \"a/a\"}")
                        .collect(Collectors.joining(",", "{\"classes\": [", "], \"drop_reasons\": []}")),
                "test");
    }

    private static String graph(String text, Map<String, String> variables) {
        Problems problems = new Problems();
        Configuration configuration = ClickParser.parse(new SourceText("x.click", text), problems);
        Graph graph = Elaborator.elaborate(configuration, variables, CLASSES, problems);
        assertThat(problems.list()).as(text).isEmpty();
        StringJoiner out = new StringJoiner("; ");
        graph.elements()
                .forEach(it -> out.add(it.name() + "::" + it.className()
                        + (it.arguments().isEmpty() ? "" : it.arguments().toString())));
        graph.connections().forEach(it -> out.add(graph.text(it)));
        return out.toString();
    }

    private static String graph(String text) {
        return graph(text, Map.of());
    }

    private static String problems(String text) {
        Problems problems = new Problems();
        Configuration configuration = ClickParser.parse(new SourceText("x.click", text), problems);
        Elaborator.elaborate(configuration, Map.of(), CLASSES, problems);
        return ProblemText.plain(problems.list());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            quoteCharacter = '~',
            value = {
                "a :: A; b :: B; a -> b % a::A; b::B; a [0] -> [0] b",
                "a::A->b::B(1,2)->C % a::A; b::B[1, 2]; C@3::C; a [0] -> [0] b; b [0] -> [0] C@3",
                "A -> B -> A % A@1::A; B@2::B; A@3::A; A@1 [0] -> [0] B@2; B@2 [0] -> [0] A@3",
                "a, b :: A(7) % a::A[7]; b::A[7]",
                "a :: A; a [1] -> [2] B % a::A; B@2::B; a [1] -> [2] B@2",
                "a :: A; b, c :: B; a -> b, c % a::A; b::B; c::B; a [0] -> [0] b; a [0] -> [0] c",
                "a :: A; b, c :: B; a => b, c % a::A; b::B; c::B; a [0] -> [0] b; a [1] -> [0] c",
                "a :: A; b :: B; a [0,1] => [2,3] b % a::A; b::B; a [0] -> [2] b; a [1] -> [3] b",
                "a :: A; b, c, d :: B; a [0, 2,] => b, c, d % a::A; b::B; c::B; d::B; a [0] -> [0] b; a [2] -> [0] c; a [3] -> [0] d",
                "a :: A; b, c :: B; b, c -> a % a::A; b::B; c::B; b [0] -> [0] a; c [0] -> [0] a",
                "a :: A b :: B a -> b A -> B % a::A; b::B; A@3::A; B@4::B; a [0] -> [0] b; A@3 [0] -> [0] B@4",
                "// x\\n /* y \\n */ a::A /* z */ (1) // end % a::A[1]",
                "#!/usr/bin/click\\na::A % a::A",
                "a/b@c :: A % a/b@c::A",
            })
    void declarationsAndConnectionsMakeAGraph(String text, String expected) {
        assertThat(graph(text.replace("\\n", "\n"))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            quoteCharacter = '~',
            value = {
                "c :: { input -> x::B -> output } A -> c -> D % A@2::A; D@3::D; c/x::B; A@2 [0] -> [0] c/x; c/x [0] -> [0] D@3",
                "A -> { -> B -> } -> D % A@1::A; D@3::D; @2/B@1::B; A@1 [0] -> [0] @2/B@1; @2/B@1 [0] -> [0] D@3",
                "elementclass X { $a, K $b | input -> B($a, $b) -> output } A -> X(1, K 2) -> D"
                        + " % A@1::A; D@3::D; X@2/B@1::B[1, 2]; A@1 [0] -> [0] X@2/B@1; X@2/B@1 [0] -> [0] D@3",
                "elementclass X { input -> A -> output || input, input [1] -> B -> output } c::C; d::D; c -> X -> d; c[1] -> [1] x::X -> [1] d; c[2] -> x"
                        + " % c::C; d::D; X@3/A@1::A; x/B@1::B; c [0] -> [0] X@3/A@1; c [1] -> [0] x/B@1; c [2] -> [0] x/B@1; X@3/A@1 [0] -> [0] d; x/B@1 [0] -> [1] d",
                "elementclass A { input -> A(9) -> output } B -> A -> C % B@1::B; C@3::C; A@2/A@1::A[9]; B@1 [0] -> [0] A@2/A@1; A@2/A@1 [0] -> [0] C@3",
                "elementclass Y B; A -> Y % A@1::A; Y@2::B; A@1 [0] -> [0] Y@2",
                "A -> (B -> output; input -> C) -> D % A@1::A; B@5::B; C@6::C; D@7::D; B@5 [0] -> [0] D@7; A@1 [0] -> [0] C@6",
            })
    void compoundElementsAreExpanded(String text, String expected) {
        assertThat(graph(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            quoteCharacter = '~',
            value = {
                "define($x 5, $y \"a b\") A($x, $y, ${x}9, ${z-d}, $z, '$x', \\$x) % A@1::A[5, \"a b\", 59, d, $z, '$x', \\$x]",
                "define($v 1) A(\"$v-$w\") % A@1::A[\"1-x \\\"y\"]",
                "define($a $b, $b 3) A($a) % A@1::A[3]",
                "define($a one two, $n 1) A(${a[0]}, \"${a[$n]}\", ${a[7]}-) % A@1::A[one, \"two\", -]",
                "A($w) % A@1::A['x \"y']",
                "c :: { $x | define($y $x$x) A($y, $q) } (3); define($q 2) % c/A@1::A[33, 2]",
            })
    void variablesAreExpanded(String text, String expected) {
        assertThat(graph(text, Map.of("w", "'x \"y'", "l", "1, \"2, $v\""))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            quoteCharacter = '~',
            value = {
                "A -> CheckIPHeadr(1) % x.click:1:6: undeclared element 'CheckIPHeadr' (did you mean 'CheckIPHeader'?)",
                "x :: CheckIPHeadr % x.click:1:6: unknown element class 'CheckIPHeadr' (did you mean 'CheckIPHeader'?)",
                "filter :: A; A -> fliter % x.click:1:19: undeclared element 'fliter' (did you mean 'filter'?)",
                "a :: A; a :: B % x.click:1:9: redeclaration of element 'a'",
                "a :: A; a :: B % x.click:1:1: element 'a' previously declared here",
                "A :: B % x.click:1:1: class 'A' used as element name",
                "a :: A; b :: B; a [x] -> b % x.click:1:20: syntax error: port number should be integer",
                "a :: A; b :: B; a [1 2] -> b % x.click:1:22: syntax error: expected ','",
                "a :: A; b :: B; a [(] -> b % x.click:1:20: syntax error: expected port number",
                "a :: A -> ; b :: B % x.click:1:11: syntax error near ';'",
                "a :: % x.click:1:5: missing element type in declaration (the text ends here)",
                "a :: A(1, (2) % x.click:1:7: expected ')' (this '(' has no matching ')')",
                "a :: { A -> B % x.click:1:14: expected '}' (the text ends here)",
                "a :: ( A -> B % x.click:1:6: missing element type in declaration",
                "A -> ( A -> B % x.click:1:14: expected ')' (the text ends here)",
                "a :: A } b :: B % x.click:1:8: syntax error near '}'",
                "a :: A; a(3) -> B % x.click:1:11: configuration string ignored on element reference",
                "a, b :: A; c, d :: B; a, b -> c, d % x.click:1:28: syntax error: many-to-many connections require '=>'",
                "a :: A; b, c, d :: B; a [0, 1] => b, c, d % x.click:1:32: connection mismatch: 2 outputs connected to 3 inputs",
                "a :: A; b, c, d :: B; a [0, 1,] => [] b % x.click:1:33: at most one expandable port allowed per connection",
                "[1] A -> B % x.click:1:1: input ports ignored at start of chain",
                "A -> B [1]; % x.click:1:6: output ports ignored at end of chain",
                "12 :: A % x.click:1:1: element name '12' has all-digit component",
                "require(package \"ethernet\") % x.click:1:9: requirement 'ethernet' not available",
                "require(library lib.click) % x.click:1:9: library 'lib.click' not found in CLICKPATH/conf",
                "require(a b c) % x.click:1:9: syntax error at requirement",
                "c :: { require(library l) } % x.click:1:16: 'require library' must be used at file scope",
                "define(x 5) % x.click:1:8: bad 'define' declaration: not a variable",
                "define($x 5, $x 6) % x.click:1:14: parameter '$x' multiply defined",
                "define($x $y, $y $x) A($x) % x.click:1:11: variable $x is defined by itself",
                "define % x.click:1:7: expected '(' (the text ends here)",
                "elementclass { A } % x.click:1:14: expected element type name",
                "elementclass F ; % x.click:1:16: syntax error near ';'",
                "elementclass F { A || ... } % x.click:1:16: cannot extend unknown element class 'F'",
                "c :: { $a, 5 | A } % x.click:1:12: expected variable",
                "c :: { $a $b | A } % x.click:1:11: expected ',' or '|'",
                "c :: { $a, $a | A } (1) % x.click:1:12: parameter '$a' multiply defined",
                "c :: { K $a, K $b | A } (1) % x.click:1:16: repeated keyword parameter 'K' in compound element",
                "c :: { K $a, $b | A } (1) % x.click:1:14: compound element parameters out of order",
                "c :: { input -> A -> output } B -> c % x.click:1:19: 'c' output 0 unused",
                "c :: { input -> A -> output } c -> B % x.click:1:1: 'c' input 0 unused",
                "c :: { input -> A } B -> c -> B % x.click:1:28: 'c' has no output 0",
                "c :: { A -> output } B -> c -> B % x.click:1:24: 'c' has no input 0",
                "c :: { input [1] -> A } B -> c % x.click:1:6: '<anonymous>' input 0 missing",
                "c :: { A -> input } B -> c % x.click:1:6: '<anonymous>' pseudoelement 'input' may only be used as output",
                "A -> (-> [1]) -> A % x.click:1:6: '<anonymous group>' output 0 missing",
                "c :: { A -> [0], B -> A } % x.click:1:20: implicit ports used in the middle of a chain",
                "elementclass X { $a | A || $b, K $c | A } X % x.click:1:43: no match for 'X[0 inputs, 0 outputs]' (there is X(<arg>)[0 inputs, 0 outputs]; X(<arg>, K)[0 inputs, 0 outputs])",
                "a :: A ? b :: B % x.click:1:8: syntax error near '?'",
            })
    void mistakesAreNamed(String text, String expected) {
        assertThat(problems(text).lines()).contains(expected);
    }

    @Test
    void allMistakesAreNamedAtOnce() {
        assertThat(problems("a :: Foo;\nb :: [;\nc :: A -> nix;\n/* no end")).isEqualTo("""
                        x.click:1:6: unknown element class 'Foo'
                        x.click:2:6: missing element type in declaration
                        x.click:2:6: unknown element class 'b' (did you mean 'B'?)
                        x.click:2:7: syntax error: expected port number
                        x.click:3:11: undeclared element 'nix'
                        """);
    }

    @Test
    void lineDirectivesMovePlaces() {
        assertThat(problems(
                        "#line 7 \"a.click\"\na :: Nosuch;\n# 20\nb :: A(1,\n# 3 \"\"\n2);\nc :: Nosuch2;\n#oops\n"))
                .isEqualTo("""
                        a.click:7:6: unknown element class 'Nosuch'
                        x.click:4:6: unknown element class 'Nosuch2'
                        x.click:5:1: unknown preprocessor directive
                        """);
        assertThat(graph("a :: A(1,\n# 3 \"b\"\n2)")).isEqualTo("a::A[1, 2]");
    }

    @Test
    void librariesAreReadOnceWhereTheyAreRequired() {
        Libraries libraries = (name, file) -> name.startsWith("no")
                ? Optional.empty()
                : Optional.of(new SourceText(
                        name,
                        name.equals("two")
                                ? "elementclass Two { A }"
                                : "require(library two, library two) elementclass One { b :: B; Two }"));
        Problems problems = new Problems();
        SourceText source = new SourceText("x.click", "require(library one, library two, library none); o :: One");
        Graph graph = Elaborator.elaborate(ClickParser.parse(source, problems), Map.of(), CLASSES, libraries, problems);
        assertThat(graph.elements().stream().map(GraphElement::name)).containsExactly("o/b", "o/Two@2/A@1");
        assertThat(ProblemText.click(problems.list()))
                .isEqualTo("x.click:1: library 'none' not found in CLICKPATH/conf\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            quoteCharacter = '~',
            value = {
                "A ->\\nfoo\\n-> foo -> bar; % x.click:2: undeclared element 'foo'|x.click:3: undeclared element 'bar'",
                "a :: A;\\n\\na :: B(x)\\n; % x.click:3: configuration string ignored on element reference"
                        + "|x.click:3: redeclaration of element 'a'|x.click:1: element 'a' previously declared here",
                "a :: A; b, c, d :: B; a[0,1] =>\\nb, c, d\\n\\n % x.click:4: connection mismatch: 2 outputs connected to 3 inputs",
                "elementclass F {\\n $a, TWO $b, __REST__ $c |\\ninput -> output }\\nA -> F -> B\\n"
                        + " % x.click:5: no match for 'F[1 input, 1 output]'|candidates are:"
                        + "|x.click:2:   F(<arg>, TWO, ...)[1 input, 1 output]",
                "c :: {\\n input -> A } c -> B % x.click:1: 'c' has no output 0|x.click:1: 'c' input 0 unused",
                "A -> \\u0001; % x.click:1: syntax error near '\\001'",
            })
    void clickNamesTheLineThatItHasReadTo(String text, String expected) {
        Problems problems = new Problems();
        String source = text.replace("\\n", "\n").replace("\\u0001", "\u0001");
        Elaborator.elaborate(
                ClickParser.parse(new SourceText("x.click", source), problems), Map.of(), CLASSES, problems);
        assertThat(ProblemText.click(problems.list())).isEqualTo(expected.replace('|', '\n') + "\n");
    }

    @Test
    void argumentsKnowWhereTheyStand() {
        Problems problems = new Problems();
        SourceText source =
                new SourceText("x.click", "a :: A(one, /* skip, */ two\n  // no\n three, \"q\\\"x, y\", $v);");
        Graph graph =
                Elaborator.elaborate(ClickParser.parse(source, problems), Map.of("v", "four, five"), CLASSES, problems);
        GraphElement a = graph.element("a").orElseThrow();
        assertThat(a.arguments().toString()).isEqualTo("[one, two\n   \n three, \"q\\\"x, y\", four, five]");
        assertThat(a.arguments().get(1).place(0, 3)).hasToString("x.click:1:25");
        assertThat(a.arguments()
                        .get(1)
                        .problem(a.arguments().get(1).text().indexOf("three"), 8, "m")
                        .toString())
                .isEqualTo("x.click:3:2: m");
        ConfigText quoted = ConfigStrings.unquote(a.arguments().get(2));
        assertThat(quoted.text()).isEqualTo("q\"x, y");
        assertThat(quoted.place(5, 6)).hasToString("x.click:3:16");
        assertThat(a.arguments().get(4).problem(0, 2, "m").toString())
                .isEqualTo("x.click:3:20: m (in the value of $v)");
        assertThat(a.context()).isEqualTo("While configuring 'a :: A'");
        assertThat(a.position()).hasToString("x.click:1:1");
    }
}
