package org.flowstream.click;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.flowstream.problem.Place;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigStringsTest {
    private static ConfigText text(String text) {
        return ConfigText.of(new Place(new SourceText("x", text), 0, text.length()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            quoteCharacter = '~',
            value = {
                "a, b % [a, b]",
                "~  ~ % []",
                "a,, b, % [a, , b]",
                "a /* , */ b % [a   b]",
                "\"a, b\", 'c, \\', d % [\"a, b\", 'c, \\', d]",
                "\\<41, 42>, x % [\\<41, 42>, x]",
                "a(b, c) % [a(b, c)]",
                "12/0806 20/0001, - % [12/0806 20/0001, -]",
            })
    void configurationStringsAreSplitAtCommas(String config, String expected) {
        assertThat(ConfigStrings.arguments(text(config)).toString()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            quoteCharacter = '~',
            value = {
                "\"a b\"c'd\"e' % a bcd\"e",
                "\"\\<48 65 6C6c6F>\" % Hello",
                "\\<48 65>\\n % He\\n",
                "\\<48 /* 41 > */ 65> % He",
                "\"\\t\\101\\x0041\\q\\\\\" % ~\tAAq\\~",
                "'\\n' % \\n",
            })
    void quotesAndEscapesAreRead(String quoted, String expected) {
        assertThat(ConfigStrings.unquote(text(quoted)).text()).isEqualTo(expected);
    }

    @Property
    void whatIsQuotedIsOneArgumentAndComesBack(@ForAll String plain) {
        String quoted = ConfigStrings.quote(plain);
        assertThat(ConfigStrings.closingParenthesis(quoted + ")", 0)).isEqualTo(quoted.length());
        assertThat(ConfigStrings.arguments(text(quoted))).hasSize(1);
        assertThat(ConfigStrings.unquote(text(quoted)).text()).isEqualTo(plain);
        assertThat(new Variables(Optional.empty(), 0, new Problems())
                        .expand(text(quoted))
                        .text())
                .isEqualTo(quoted);
    }

    @Property
    void noTextBreaksTheParser(@ForAll String text) {
        Problems problems = new Problems();
        Configuration configuration = ClickParser.parse(new SourceText("x", text), problems);
        Elaborator.elaborate(configuration, Map.of("x", text), ElaboratorTest.library("A"), problems);
        ConfigStrings.unquote(text(text));
        ConfigStrings.unquoteBytes(text(text));
    }
}
