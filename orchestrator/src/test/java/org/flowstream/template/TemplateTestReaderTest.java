package org.flowstream.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TemplateTestReaderTest {
    @TempDir
    private Path folder;

    private final Problems problems = new Problems();
    private Template template;

    @BeforeEach
    void template() throws IOException {
        Files.writeString(folder.resolve("a.click"), "Idle;");
        Files.writeString(folder.resolve(Template.FILE), """
                {"name": "a", "version": "1.2.3", "summary": "s", "image": {"click": "a.click"},
                 "parameters": {"rules": {"type": "list", "of": "ip-filter-rule", "default": [], "description": "d"}},
                 "devices": [{"name": "outside", "mode": "bump"}, {"name": "inside", "mode": "bump"}]}
                """);
        template =
                TemplateLoader.load(new TemplateFiles.Folder(folder), problems).orElseThrow();
    }

    @Test
    void aTestIsWhatItsLinesSay() {
        List<TemplateTest> tests = read("""
                # a comment
                test "one # two"
                parameters rules=["allow tcp"]   # a comment
                send outside 0ms ether() /       # goes on
                    ip() / "a#b"
                send inside 2s ether() / arp()
                expect inside same 1
                expect inside ether()
                expect outside nothing
                handler c.count 1
                handler c.config a b
                drops f denied 3
                test "three"
                """);
        assertThat(problems.list()).isEmpty();
        assertThat(tests.stream().map(TemplateTest::name)).containsExactly("one # two", "three");
        TemplateTest test = tests.get(0);
        assertThat(test.position()).hasToString("a.test:2:6");
        assertThat(test.sends().stream().map(TemplateTest.Send::device)).containsExactly("outside", "inside");
        assertThat(test.sends().get(1).at()).isEqualTo(Duration.ofSeconds(2));
        assertThat(test.sends().get(0).frame().toString()).endsWith("/ \"a#b\"");
        assertThat(test.expected())
                .isEqualTo(Map.of(
                        "inside", List.of(test.sends().get(0).frame(), Frame.parse("ether()")), "outside", List.of()));
        assertThat(test.handlers())
                .containsExactly(
                        new TemplateTest.HandlerCheck("c.count", "1"),
                        new TemplateTest.HandlerCheck("c.config", "a b"));
        assertThat(test.drops()).containsExactly(new TemplateTest.DropCheck("f", "denied", 3));
        assertThat(ParameterBinder.variables(ParameterBinder.bind(template, test.parameters(), problems)))
                .containsEntry("rules", "allow tcp");
        assertThat(problems.list()).isEmpty();
    }

    @Test
    void everyMistakeHasItsPlace() {
        List<TemplateTest> tests = read("""
                send outside 0ms ether()
                test unnamed
                sned outside 0ms ether()
                send outsid 0ms ether()
                send outside soon ether()
                send outside 0ms ether() / ipp()
                send outside
                expect inside same 9
                handler x
                drops f denied many
                parameters rulez=["x"]
                parameters rules=["allow tcp"
                """);
        tests.forEach(test -> assertThat(ParameterBinder.bind(template, test.parameters(), problems))
                .isNotEmpty());
        assertThat(problems.list().stream().map(Object::toString))
                .containsExactlyInAnyOrder(
                        "a.test:1:1: 'send' stands before the first 'test'",
                        "a.test:2:6: found 'unnamed', expected a name in quotes: test \"what it shows\"",
                        "a.test:3:1: 'sned' is none of test, parameters, send, expect, handler, drops (did you mean "
                                + "'send'?)",
                        "a.test:4:6: unknown device 'outsid'; there are outside, inside (did you mean 'outside'?)",
                        "a.test:5:14: 'soon': expected a duration such as 500ms, 1s, 5min or 1h",
                        "a.test:6:18: unknown layer 'ipp' (did you mean 'ip'?)",
                        "a.test:7:6: found 'outside', expected a device, a time and a packet: send DEVICE TIME PACKET",
                        "a.test:8:15: found 'same 9', expected the number of a frame sent above, 1 to 3",
                        "a.test:9:9: found 'x', expected a handler and its value: handler ELEMENT.HANDLER VALUE",
                        "a.test:10:7: found 'f denied many', expected an element, a reason and a count: drops ELEMENT "
                                + "REASON COUNT",
                        "a.test:11:12: unknown parameter \"rulez\" of template a (did you mean 'rules'?)",
                        "a.test:12:30: not JSON: the text ends too early");
    }

    @Test
    void aFileWithoutATestIsAProblem() {
        assertThat(read("# nothing\n")).isEmpty();
        assertThat(problems.list().toString())
                .isEqualTo("[a.test:1:1: the file has no test; expected: test \"what it shows\"]");
    }

    private List<TemplateTest> read(String text) {
        return TemplateTestReader.read(template, new SourceText("a.test", text), problems);
    }
}
