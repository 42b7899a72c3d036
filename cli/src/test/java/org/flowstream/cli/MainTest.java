package org.flowstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

final class MainTest {
    private final Screen screen = Screen.plain();

    @Test
    void helpGoesToStandardOutput() {
        assertThat(screen.run("--help")).isZero();
        assertThat(screen.out()).startsWith("Usage: flowstream").contains("Example:");
        assertThat(screen.err()).isEmpty();
    }

    @Test
    void versionNamesTheProgram() {
        assertThat(screen.run("--version")).isZero();
        assertThat(screen.out()).startsWith("flowstream ");
    }

    @Test
    void anUnknownOptionIsAUsageError() {
        assertThat(screen.run("--nosuch")).isEqualTo(2);
        assertThat(screen.out()).isEmpty();
        assertThat(screen.err()).contains("--nosuch");
    }

    @Test
    void noCommandIsAUsageError() {
        assertThat(screen.run()).isEqualTo(2);
        assertThat(screen.err()).startsWith("Usage: flowstream");
    }

    @ParameterizedTest
    @MethodSource("leaves")
    void everyCommandHasAnExampleAndSaysWhatItNeeds(CommandLine command) {
        String name = command.getCommandSpec().qualifiedName();
        String help = command.getUsageMessage(Ansi.OFF);
        assertThat(help).contains("Example:").containsPattern("\n  (.*[ (])?" + name);
        assertThat(help).containsPattern("This command (is local|needs the daemon)");
    }

    /** A command that is read alone is the one that its class names, and says the same of itself. */
    @Test
    void aCommandAloneIsTheOneInTheTree() {
        Main.commandLine(Screen.plain().terminal()).getSubcommands().forEach((name, line) -> {
            assertThat(line.getCommandSpec().name()).isEqualTo(name);
            assertThat(line.getCommandSpec().aliases()).isEmpty();
            if (!name.equals("click")) {
                Screen screen = Screen.plain();
                assertThat(Main.run(screen.terminal(), name, "--help")).isZero();
                assertThat(screen.out()).isEqualTo(line.getUsageMessage(Ansi.OFF));
            }
        });
    }

    static Stream<CommandLine> leaves() {
        return leaves(Main.commandLine(Screen.plain().terminal()))
                .filter(line -> !line.getCommandName().equals("help"));
    }

    private static Stream<CommandLine> leaves(CommandLine line) {
        return line.getSubcommands().isEmpty()
                ? Stream.of(line)
                : line.getSubcommands().values().stream().distinct().flatMap(MainTest::leaves);
    }
}
