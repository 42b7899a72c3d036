package org.flowstream.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flowstream.element.ElementLibrary;
import org.flowstream.problem.ProblemText;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Configurations and what is made of them. {@code mvn ... -Dtest=ReferenceTest -Dflowstream.update=true} rewrites what is
 * expected; the difference is then read before it is committed.
 */
final class ReferenceTest {
    private static final Path FOLDER = Path.of("src/test/resources/reference");
    private static final boolean UPDATE = Boolean.getBoolean("flowstream.update");

    static Stream<Path> configurations() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            List<Path> found = files.filter(it -> it.toString().endsWith(".click"))
                    .sorted()
                    .toList();
            return found.stream();
        }
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void aConfigurationGivesItsBlobOrItsProblems(Path file) throws IOException {
        ElementLibrary library = ElementLibrary.load();
        Problems problems = new Problems();
        String name = file.getFileName().toString();
        String dump = ConfigurationCompiler.compile(
                        new SourceText(name, Files.readString(file)),
                        Map.of(),
                        library,
                        Devices.of(List.of(List.of("outside", "0"), List.of("inside", "1"))),
                        problems)
                .map(it -> it.blob().dump(library))
                .orElseGet(() -> ProblemText.terminal(problems.list()));
        Path expected = FOLDER.resolve(name.replace(".click", ".dump"));
        if (UPDATE) {
            Files.writeString(expected, dump);
        }
        assertThat(expected).exists();
        assertThat(dump).isEqualTo(Files.readString(expected));
    }
}
