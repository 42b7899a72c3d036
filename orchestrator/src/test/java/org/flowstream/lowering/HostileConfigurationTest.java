package org.flowstream.lowering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.flowstream.element.ElementLibrary;
import org.flowstream.problem.ProblemText;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.junit.jupiter.api.Test;

/** Configurations that are very large or made to harm: a clear answer in bounded time, and never a crash. */
final class HostileConfigurationTest {
    private static final ElementLibrary LIBRARY = ElementLibrary.load();
    private static final int TEN_MEGABYTES = 10_000_000;
    /** The machine may be busy with other tests. */
    private static final Duration BOUND = Duration.ofSeconds(60);

    private record Outcome(Optional<ConfigurationCompiler.Compiled> compiled, Problems problems) {
        String told() {
            return ProblemText.click(problems.list());
        }
    }

    private static Outcome compile(String text) {
        return assertTimeoutPreemptively(BOUND, () -> {
            Problems problems = new Problems();
            return new Outcome(
                    ConfigurationCompiler.compile(
                            new SourceText("x", text), Map.of(), LIBRARY, Devices.NUMBERED, problems),
                    problems);
        });
    }

    @Test
    void tenMegabytesOfOneChainAreCompiled() {
        StringBuilder text = new StringBuilder("c0 :: Idle;\n");
        int count = 0;
        while (text.length() < TEN_MEGABYTES) {
            count++;
            text.append("c")
                    .append(count)
                    .append(" :: Null; c")
                    .append(count)
                    .append(" -> c")
                    .append(count - 1)
                    .append(";\n");
        }
        text.append("Idle -> c").append(count).append(';');
        Outcome outcome = compile(text.toString());
        assertThat(outcome.problems().list()).isEmpty();
        assertThat(outcome.compiled().orElseThrow().graph().elements()).hasSize(count + 2);
    }

    @Test
    void tenMegabytesOfOneArgumentAreRefused() {
        Outcome outcome = compile("Idle -> Strip(" + "1 ".repeat(TEN_MEGABYTES / 2) + ") -> Discard");
        assertThat(outcome.told()).isEqualTo("""
                        x:1: While configuring 'Strip@2 :: Strip':
                          LENGTH: parse error
                        Router could not be initialized!
                        """);
    }

    @Test
    void garbageIsGivenUpSoon() {
        byte[] bytes = new byte[TEN_MEGABYTES];
        new Random(7).nextBytes(bytes);
        Outcome outcome = compile(new String(bytes, StandardCharsets.UTF_8));
        assertThat(outcome.problems().count()).isBetween(1, 2500);
        assertThat(outcome.told()).contains("syntax error near '");
        assertThat(outcome.told().lines().count()).isLessThan(5000);
    }

    @Test
    void undeclaredElementsWithoutEndAreGivenUpSoon() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; text.length() < TEN_MEGABYTES; i++) {
            text.append("nobody").append(i).append(" -> ");
        }
        Outcome outcome = compile(text + "Discard");
        assertThat(outcome.problems().count()).isBetween(1, 2500);
        assertThat(outcome.told())
                .startsWith("x:1: undeclared element 'nobody0'\n")
                .contains("too many problems");
    }

    @Test
    void openBracesWithoutEndAreGivenUpSoon() {
        for (String open :
                new String[] {"{", "Idle -> (", "elementclass X {", "a :: {", "Idle(", "[", "/*", "\"", "\\<"}) {
            Outcome outcome = compile(open.repeat(TEN_MEGABYTES / 20));
            assertThat(outcome.compiled())
                    .as(open)
                    .satisfies(
                            it -> assertThat(it.isEmpty() || open.equals("/*")).isTrue());
            assertThat(outcome.problems().count()).as(open).isLessThan(2500);
        }
    }

    @Test
    void compoundElementsThatDoubleAreGivenUp() {
        StringBuilder text = new StringBuilder("elementclass X0 { input -> Null -> output }\n");
        for (int i = 1; i < 60; i++) {
            text.append("elementclass X")
                    .append(i)
                    .append(" { input -> X")
                    .append(i - 1)
                    .append(" -> X")
                    .append(i - 1);
            text.append(" -> output }\n");
        }
        Outcome outcome = compile(text + "Idle -> X59 -> Discard;");
        assertThat(outcome.told()).contains("more than 1000000 elements");
    }

    @Test
    void aCompoundElementDoesNotHoldItself() {
        assertThat(compile("elementclass X { input -> X -> output } Idle -> X -> Discard")
                        .told())
                .isEqualTo("x:1: undeclared element 'X'\n");
        assertThat(compile("elementclass Null { input -> Null -> output } Idle -> Null -> Discard")
                        .compiled())
                .isPresent();
    }
}
