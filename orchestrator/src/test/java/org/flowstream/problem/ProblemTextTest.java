package org.flowstream.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ProblemTextTest {
    private static final SourceText SOURCE = new SourceText(
            "fw.click", "a :: Idle;\r\n\tfilter :: IPFilter(allow tcp, alow icmp);\nx :: CheckIPHeadr;\n");

    private static final Problem RULE = SOURCE.problem(
                    SOURCE.text().indexOf("alow"), 4, "rule 2: 'alow': expected allow or deny")
            .withContext("While configuring 'filter :: IPFilter'");
    private static final Problem CLASS = SOURCE.problem(
                    SOURCE.text().indexOf("CheckIPHeadr"), 12, "unknown element class 'CheckIPHeadr'")
            .withHint("did you mean 'CheckIPHeader'?");

    @Test
    void aTerminalSeesTheLineAndCarets() {
        assertThat(ProblemText.terminal(List.of(CLASS, RULE))).isEqualTo("""
                        fw.click:2:32: While configuring 'filter :: IPFilter':
                          rule 2: 'alow': expected allow or deny
                            2 |         filter :: IPFilter(allow tcp, alow icmp);
                              |                                       ^^^^
                        fw.click:3:6: unknown element class 'CheckIPHeadr' (did you mean 'CheckIPHeader'?)
                            3 | x :: CheckIPHeadr;
                              |      ^^^^^^^^^^^^
                        """);
    }

    @Test
    void ofALongLineTheOffendingPartIsShown() {
        SourceText source = new SourceText("x", "a".repeat(300) + "HERE" + "b".repeat(300));
        assertThat(ProblemText.terminal(List.of(source.problem(300, 4, "m"))))
                .isEqualTo("x:1:301: m\n    1 | ..." + "a".repeat(40) + "HERE" + "b".repeat(76) + "...\n      | "
                        + " ".repeat(43) + "^^^^\n");
        assertThat(ProblemText.terminal(List.of(source.problem(600, 9, "m"))))
                .endsWith("b\n      | " + " ".repeat(119) + "^^^^\n");
    }

    @Test
    void clickTellsTheFirstStageThatFailsWithoutColumnsAndHints() {
        Problem ports = SOURCE.problem(0, 1, "'a :: Idle' has no input 3")
                .withHint("it has 1 input")
                .withTelling(new Telling(Telling.Stage.PORTS, Position.of("fw.click", 9), 2));
        Problem unplaced = SOURCE.problem(0, 1, "first")
                .withTelling(new Telling(Telling.Stage.PORTS, Position.of(""), 1, "a note\n"));
        assertThat(ProblemText.click(List.of(RULE, ports, unplaced))).isEqualTo("""
                        first
                        a note
                        fw.click:9: 'a :: Idle' has no input 3
                        Router could not be initialized!
                        """);
        Problem reading = CLASS.withTelling(new Telling(Telling.Stage.READ, CLASS.position(), 0));
        assertThat(ProblemText.click(List.of(ports, reading)))
                .isEqualTo("fw.click:3: unknown element class 'CheckIPHeadr'\n");
    }

    @Test
    void clickKnowsNoColumnsAndGathersUnderOneHeader() {
        Problem other = SOURCE.problem(SOURCE.text().indexOf("icmp"), 4, "another")
                .withContext("While configuring 'filter :: IPFilter'");
        assertThat(ProblemText.click(List.of(RULE, other))).isEqualTo("""
                        fw.click:2: While configuring 'filter :: IPFilter':
                          rule 2: 'alow': expected allow or deny
                          another
                        Router could not be initialized!
                        """);
    }

    @Test
    void problemsAreThrownAllAtOnce() {
        Problems problems = new Problems();
        problems.throwIfAny();
        problems.add(RULE);
        problems.add(Position.of("x.json", 3), "what");
        assertThatThrownBy(problems::throwIfAny)
                .isInstanceOfSatisfying(
                        ProblemsException.class, e -> assertThat(e.problems()).hasSize(2))
                .hasMessageContaining("x.json:3: what");
        assertThat(ProblemText.summary(1)).isEqualTo("1 problem. Nothing was created.");
    }

    @Test
    void placesAreFoundInTheText() {
        assertThat(SOURCE.position(0)).hasToString("fw.click:1:1");
        assertThat(SOURCE.position(SOURCE.text().length())).hasToString("fw.click:4:1");
        assertThat(SOURCE.line(1)).isEqualTo("a :: Idle;");
        assertThat(SOURCE.line(9)).isEmpty();
        assertThat(new SourceText("x", "a\rb").position(2)).hasToString("x:2:1");
    }

    @Test
    void theNearestWordIsSuggested() {
        List<String> known = List.of("CheckIPHeader", "CheckIP6Header", "Counter", "IPFilter");
        assertThat(Suggestion.nearest("CheckIPHeadr", known)).contains("CheckIPHeader");
        assertThat(Suggestion.nearest("ipfilter", known)).contains("IPFilter");
        assertThat(Suggestion.nearest("Cuonter", known)).contains("Counter");
        assertThat(Suggestion.nearest("Frobnicate", known)).isEmpty();
        assertThat(Suggestion.nearest("alow", List.of("allow", "deny"))).contains("allow");
        assertThat(Suggestion.hint("zzz", known)).isEmpty();
    }
}
