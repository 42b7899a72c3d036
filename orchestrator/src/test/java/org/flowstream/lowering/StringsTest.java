package org.flowstream.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.flowstream.element.ElementLibrary;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Byte strings to look for: bytes between bars, and what is refused. */
final class StringsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '=',
            value = {
                "abc = 616263",
                "a|0d 0a|b = 610d0a62",
                "|00ff| = 00ff",
                "|f F 0 1| = ff01",
                "a||b = 6162",
                "x|7c|y = 787c79",
                "|41||42| = 4142"
            })
    void barsHoldBytes(String written, String bytes) {
        assertThat(StringsLowering.bytes(written.getBytes(StandardCharsets.UTF_8)))
                .hasValue(HexFormat.of().parseHex(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "||", "a|", "|0|", "|0g|", "a|41", "|4 1 4|"})
    void whatHasNoBytesIsNone(String written) {
        assertThat(StringsLowering.bytes(written.getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
    }

    @Test
    void theLengthIsBounded() {
        assertThat(StringsLowering.bytes(new byte[StringsLowering.LONGEST])).isPresent();
        assertThat(StringsLowering.bytes(new byte[StringsLowering.LONGEST + 1])).isEmpty();
    }

    @Test
    void quotesAndEscapesAreClicks() {
        Problems problems = new Problems();
        Blob blob = blob("Idle -> StringMatcher(\"a, b\", \\<41 42>, 'q\"', plain, |2c|) -> Discard;", problems);
        assertThat(problems.list()).isEmpty();
        assertThat(blob.dump(ElementLibrary.load()))
                .contains("text \"a, b\"", "text \"AB\"", "text \"q\\\"\"", "text \"plain\"", "text \",\"");
    }

    @Test
    void eachBadOneIsTold() {
        Problems problems = new Problems();
        assertThat(compile("Idle -> StringMatcher(fine, \"a|4\", |xx|) -> Discard;", problems))
                .isEmpty();
        assertThat(problems.list()).hasSize(2);
        assertThat(problems.list().get(0).hint()).contains("found '\"a|4\"', expected 1 to 1024 bytes");
    }

    private static Blob blob(String text, Problems problems) {
        return compile(text, problems).orElseThrow().blob();
    }

    private static Optional<ConfigurationCompiler.Compiled> compile(String text, Problems problems) {
        return ConfigurationCompiler.compile(
                new SourceText("test", text), Map.of(), ElementLibrary.load(), Devices.NUMBERED, problems);
    }
}
