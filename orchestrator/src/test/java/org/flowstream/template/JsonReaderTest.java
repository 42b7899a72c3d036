package org.flowstream.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.template.JsonValue.JsonList;
import org.flowstream.template.JsonValue.JsonNumber;
import org.flowstream.template.JsonValue.JsonObject;
import org.junit.jupiter.api.Test;

final class JsonReaderTest {
    private final Problems problems = new Problems();

    @Test
    void everyValueKnowsItsPlace() {
        String text = "{\n  \"a\": [true, -12.50, \"x\\\"y\"],\n  \"b\\n\": null }\n";
        JsonObject object = (JsonObject) read(text).orElseThrow();
        JsonList list = (JsonList) object.get("a").orElseThrow();
        assertThat(list.items().stream().map(it -> part(text, it))).containsExactly("true", "-12.50", "\"x\\\"y\"");
        assertThat(part(text, object.get("b\n").orElseThrow())).isEqualTo("null");
        JsonValue.Member b = object.member("b\n").orElseThrow();
        assertThat(text.substring(b.offset(), b.offset() + b.length())).isEqualTo("\"b\\n\"");
        assertThat(problems.list()).isEmpty();
    }

    @Test
    void aSyntaxErrorStandsAlone() {
        assertThat(read("{\"a\": 1, \"a\": 2,\n  \"b\": tru }")).isEmpty();
        assertThat(problems.list()).hasSize(1);
        Problem only = problems.list().get(0);
        assertThat(only.toString()).startsWith("t.json:2:8: not JSON: ").contains("tru");
        assertThat(only.sourceLine()).isEqualTo("  \"b\": tru }");
    }

    @Test
    void theEndTooEarlyAndTooMuchAreSyntaxErrors() {
        for (String text :
                List.of("", "{", "{\"a\"", "[1,", "\"x", "{} {}", "1 2", "{\"a\":1}}", "[1,]", "nul", "[\t\"a\nb\"]")) {
            Problems found = new Problems();
            assertThat(JsonReader.read(new SourceText("t.json", text), found))
                    .as(text)
                    .isEmpty();
            assertThat(found.count()).as(text).isEqualTo(1);
            assertThat(found.list().get(0).position().line()).as(text).isPositive();
        }
    }

    @Test
    void aSyntaxErrorSaysWhatWasFound() {
        assertThat(read("{\"a\": }")).isEmpty();
        assertThat(read("{a: 1}")).isEmpty();
        assertThat(read("[1,")).isEmpty();
        assertThat(read("{\n \"a\": [1}")).isEmpty();
        assertThat(problems.list().stream().map(Problem::toString))
                .containsExactly(
                        "t.json:1:7: not JSON: found '}', expected a value",
                        "t.json:1:2: not JSON: found 'a', expected double-quote to start field name",
                        "t.json:1:4: not JSON: the text ends too early",
                        "t.json:2:9: not JSON: found '}', expected ']', which closes line 2, column 7");
    }

    @Test
    void aNameThatStandsTwiceIsAProblem() {
        assertThat(read("{\"a\": 1,\n \"a\": 2}")).isPresent();
        assertThat(problems.list().toString())
                .isEqualTo("[t.json:2:2: \"a\" stands twice in one object, first in line 1]");
    }

    @Test
    void depthAndNumbersAreBounded() {
        assertThat(read("[".repeat(5_000))).isEmpty();
        assertThat(read("1".repeat(5_000))).isEmpty();
        assertThat(problems.list())
                .hasSize(2)
                .allSatisfy(it -> assertThat(it.message()).contains("JSON"));
    }

    @Test
    void anEnormousExponentIsJustANumber() {
        JsonNumber number = (JsonNumber) read("1e400000000").orElseThrow();
        assertThat(number.isInteger()).isTrue();
        assertThat(number.shown()).isEqualTo("1E+400000000");
    }

    private Optional<JsonValue> read(String text) {
        return JsonReader.read(new SourceText("t.json", text), problems);
    }

    private static String part(String text, JsonValue value) {
        return text.substring(value.offset(), value.offset() + value.length());
    }
}
