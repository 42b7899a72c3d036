package org.flowstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClickCommandTest {
    private final Screen screen = Screen.plain();

    @TempDir
    private Path folder;

    @Test
    void shortOptionsStandInOneWord() {
        ClickArguments arguments =
                ClickArguments.parse(List.of("-qe", "Idle", "-hx.count", "-h", "*.y", "A=1", "B=c d"));
        assertThat(arguments.quit).isTrue();
        assertThat(arguments.router).isEqualTo("Idle");
        assertThat(arguments.expression).isTrue();
        assertThat(arguments.handlers).containsExactly("x.count", "*.y");
        assertThat(arguments.variables).isEqualTo(Map.of("A", "1", "B", "c d"));
    }

    @Test
    void longOptionsMayBeShortenedAndNegated() {
        ClickArguments arguments = ClickArguments.parse(
                List.of("--sim=12.5", "--expr=Idle", "--no-warnings", "--allow", "--thr", "2", "--unix", "/x"));
        assertThat(arguments.simulated).isTrue();
        assertThat(arguments.simtime).isEqualTo("12.5");
        assertThat(arguments.router).isEqualTo("Idle");
        assertThat(arguments.warnings).isFalse();
        assertThat(arguments.reconfigure).isTrue();
        assertThat(arguments.threads).isEqualTo(2);
        assertThat(arguments.unixSockets).containsExactly("/x");
        assertThat(arguments.io).isEqualTo("packet");
        assertThat(ClickArguments.parse(List.of("--io", "auto")).io).isEqualTo("auto");
        assertThat(ClickArguments.parse(List.of("--", "-e")).router).isEqualTo("-e");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            quoteCharacter = '~',
            value = {
                "-z % unrecognized option '-z'",
                "--nosuch % unrecognized option '--nosuch'",
                "--e % option '--e' is ambiguous",
                "-e % '-e' requires an argument",
                "--quit=1 % '--quit' can't take an argument",
                "--io=fast % '--io' expects one of auto, xdp, ring, packet, not 'fast'",
                "--simtime=soon % '--simtime' expects a real number, not 'soon'",
                "a.click b.click % router configuration specified twice",
                "-o x -o y % output file specified twice",
            })
    void whatClickRefusesIsRefused(String words, String message) {
        assertThatThrownBy(() -> ClickArguments.parse(List.of(words.split(" "))))
                .hasMessage(message);
        assertThat(screen.run(("click " + words).split(" "))).isEqualTo(1);
        assertThat(screen.err())
                .isEqualTo(message + "\nUsage: click [OPTION]... [ROUTERFILE]\n"
                        + "Try 'click --help' for more information.\n");
    }

    @Test
    void mistakesAreToldAsClickTellsThem() throws IOException {
        Path file = Files.writeString(folder.resolve("x.click"), "Idle\n -> Nosuch(1);");
        assertThat(screen.run("click", file.toString())).isEqualTo(1);
        assertThat(screen.err()).isEqualTo(file + ":2: undeclared element 'Nosuch'\n");
        assertThat(screen.out()).isEmpty();
    }

    @Test
    void aFileThatIsNotThereIsSaid() {
        assertThat(screen.run("click", "/nowhere/x.click")).isEqualTo(1);
        assertThat(screen.err()).isEqualTo("/nowhere/x.click: No such file or directory\n");
    }

    @Test
    void theFlatConfigurationIsWritten() {
        assertThat(screen.run(
                        "click", "-qo", "-", "-e", "Idle -> { -> Null -> } -> q :: Queue($N); q -> [0] Discard", "N=7"))
                .isZero();
        assertThat(screen.out()).isEqualTo("""
                        Idle@1 :: Idle;
                        q :: Queue(7);
                        Discard@4 :: Discard;
                        @2/Null@1 :: Null;

                        Idle@1 -> @2/Null@1
                            -> q
                            -> Discard@4;
                        """);
    }

    @Test
    void aHandlerMayTellTheExitStatus() {
        assertThat(screen.run("click", "-qx", "q.capacity", "-e", "Idle -> q :: Queue(42) -> Discard"))
                .isEqualTo(42);
    }

    @Test
    void aConfigurationWithoutElementsIsWarnedOf() {
        assertThat(screen.run("click", "-e", "")).isZero();
        assertThat(screen.err()).isEqualTo("warning: config: configuration has no elements, exiting\n");
    }

    @Test
    void theConfigurationIsShownAsItWasWrittenOrFlat() {
        assertThat(screen.run("click", "-qh", "config", "-e", "Idle -> Discard // x"))
                .isZero();
        assertThat(screen.run("click", "-qh", "config", "-e", "require(compact_config); Idle -> Discard"))
                .isZero();
        assertThat(screen.out()).isEqualTo("""
                        Idle -> Discard // x
                        require(compact_config);

                        Idle@1 :: Idle;
                        Discard@2 :: Discard;

                        Idle@1 -> Discard@2;
                        """);
    }

    @Test
    void theBuildtoolAnswersByItsStatus() {
        assertThat(screen.run("click-buildtool", "provides", "Idle", "Queue", "ip6"))
                .isZero();
        assertThat(screen.run("click-buildtool", "provides", "Idle", "Nosuch")).isEqualTo(1);
        assertThat(screen.err()).isEmpty();
        assertThat(screen.run("click-buildtool", "makepackage")).isEqualTo(2);
        assertThat(screen.err()).contains("makepackage");
    }
}
