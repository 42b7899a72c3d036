package org.flowstream.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flowstream.element.ElementLibrary;
import org.junit.jupiter.api.Test;

/** Java knows argument types, never element classes: no text in a main source names one. */
final class ElementNamesTest {
    private static final List<Path> SOURCES = List.of(Path.of("src/main/java"), Path.of("../cli/src/main/java"));
    private static final Pattern TEXT = Pattern.compile("\"(?:[^\"\\\\\\n]|\\\\.)*\"");

    private static List<String> namesIn(String source, Pattern names) {
        List<String> found = new ArrayList<>();
        Matcher text = TEXT.matcher(source);
        while (text.find()) {
            Matcher name = names.matcher(text.group());
            while (name.find()) {
                found.add(name.group());
            }
        }
        return found;
    }

    private static Pattern names() {
        List<String> names = ElementLibrary.load().classes().stream()
                .map(it -> Pattern.quote(it.name()))
                .toList();
        assertThat(names).hasSizeGreaterThan(20);
        return Pattern.compile("\\b(?:" + String.join("|", names) + ")\\b");
    }

    @Test
    void noMainSourceNamesAnElementClass() throws IOException {
        Pattern names = names();
        List<String> found = new ArrayList<>();
        for (Path folder : SOURCES) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(it -> it.toString().endsWith(".java"))
                        .sorted()
                        .toList()) {
                    namesIn(Files.readString(file), names).forEach(it -> found.add(file + ": " + it));
                }
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void aNameInATextIsFound() {
        assertThat(namesIn("if (name.equals(\"FromDevice\")) { // Queue", names()))
                .containsExactly("FromDevice");
    }
}
