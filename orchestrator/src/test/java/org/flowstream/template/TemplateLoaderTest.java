package org.flowstream.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.HealthSpec;
import org.flowstream.net.FlowMatch;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TemplateLoaderTest {
    @TempDir
    private Path folder;

    private final Problems problems = new Problems();

    @Test
    void translationsAreMatchesOfParameters() throws IOException {
        write("a.click", "a :: Idle;");
        Template template = load("""
                        {"name": "a", "version": "1.2.3", "summary": "Does a.",
                         "parameters": {"net": {"type": "ip-prefix", "default": "10.0.0.0/8", "description": "d"},
                                        "own": {"type": "ip-address", "default": "192.0.2.1", "description": "d"}},
                         "devices": [{"name": "outside", "mode": "addressed"}, {"name": "inside", "mode": "addressed"}],
                         "image": {"click": "a.click"},
                         "translates": [{"from": "inside", "match": "ip,nw_src=$net", "to": "outside", "becomes": "ip,nw_src=${own}"}]}
                        """).orElseThrow();
        assertThat(problems.list()).isEmpty();
        Translation translation = template.translates().get(0);
        var values = ParameterBinder.bind(template, List.of(), problems);
        values.put("own", new ParameterValue.WordValue("198.51.100.2"));
        assertThat(translation.enters(values)).isEqualTo(FlowMatch.parse("ip,nw_src=10.0.0.0/8"));
        assertThat(translation.leaves(values)).isEqualTo(FlowMatch.parse("ip,nw_src=198.51.100.2"));
        assertThat(translation.returns(values)).isEqualTo(FlowMatch.parse("ip,nw_dst=198.51.100.2"));
    }

    @Test
    void translationsOfNothingAreProblems() throws IOException {
        write("a.click", "a :: Idle;");
        load("""
                        {"name": "a", "version": "1.2.3", "summary": "Does a.",
                         "devices": [{"name": "outside", "mode": "addressed"}], "image": {"click": "a.click"},
                         "translates": [{"from": "insid", "match": "ip,nw_src=$net", "to": "outside", "becomes": "ip,nw=1"}]}
                        """);
        assertThat(problems.list().stream().map(Problem::message))
                .containsExactly(
                        "translates[0].from: no device is named \"insid\"",
                        "translates[0].match: '$net': no such parameter",
                        "translates[0].becomes: " + fault("ip,nw=1"));
    }

    private static String fault(String match) {
        return String.valueOf(catchThrowable(() -> FlowMatch.parse(match)).getMessage());
    }

    @Test
    void aTemplateIsWhatItsFileSays() throws IOException {
        write("a.click", "a :: Idle;");
        write("one.test", "");
        Template template = load("""
                        {"name": "a", "version": "1.2.3", "summary": "Does a.",
                         "parameters": {"n": {"type": "integer", "minimum": 1, "unit": "s", "default": 4, "description": "d"},
                                        "l": {"type": "list", "of": "ip-prefix", "default": ["10.1.2.3/8"], "description": "d"}},
                         "devices": [{"name": "outside", "mode": "bump"},
                                     {"name": "b", "click": ["nic"], "role": "management", "mode": "addressed"}],
                         "image": {"click": "a.click"}, "resources": {"memory": "5 MiB"},
                         "health": {"ready": ["control"], "heartbeat": "250 ms", "tests": ["t 1"]}, "passes": {"arp": "yes"},
                         "tests": ["one.test"]}
                        """).orElseThrow();
        assertThat(problems.list()).isEmpty();
        assertThat(template.nameAndVersion()).isEqualTo("a 1.2.3");
        assertThat(template.configuration().orElseThrow().text()).isEqualTo("a :: Idle;");
        assertThat(template.memoryMib()).isEqualTo(5);
        assertThat(template.health()).isEqualTo(new HealthSpec(List.of(HealthLevel.CONTROL), Duration.ofMillis(250)));
        assertThat(template.functionTests()).containsExactly("t 1");
        assertThat(template.passes()).containsEntry("arp", "yes");
        assertThat(template.devices())
                .containsExactly(
                        new TemplateDevice(
                                "outside",
                                List.of("0", "eth0", "outside"),
                                Optional.of(TemplateDevice.Role.OUTSIDE),
                                DeviceMode.BUMP),
                        new TemplateDevice(
                                "b",
                                List.of("nic"),
                                Optional.of(TemplateDevice.Role.MANAGEMENT),
                                DeviceMode.ADDRESSED));
        assertThat(template.parameter("n").orElseThrow().defaultValue()).isEqualTo(new ParameterValue.NumberValue(4));
        assertThat(template.parameter("l").orElseThrow().defaultValue().click()).isEqualTo("10.0.0.0/8");
    }

    @Test
    void whatASchemaCannotSayIsCheckedToo() throws IOException {
        write("a.click", "Idle;");
        Optional<Template> template = load("""
                {"name": "a", "version": "1.2.3", "summary": "Does a.",
                 "parameters": {
                  "n": {"type": "integer", "maximum": 9, "minimum": 10, "default": 12, "description": "d"},
                  "s": {"type": "string", "pattern": "(", "unit": "s", "default": 5, "description": "d"},
                  "l": {"type": "list", "of": "rate", "most": 1, "default": [5, "7 apples"], "description": "d"},
                  "r": {"type": "list", "of": "ip-filter-rule", "default": ["allow all, deny all"], "description": "d"},
                  "m": {"type": "mac-address", "default": "02:00", "description": "d"}},
                 "devices": [{"name": "b", "mode": "bump"}, {"name": "b", "click": ["eth0"], "mode": "bump"}],
                 "image": {"click": "a.click"}, "resources": {"memory": "1 MiB"}, "tests": ["none.test"]}
                """);
        assertThat(template).isPresent();
        assertThat(problems.list().stream().map(it -> it.toString().replace(folder + "/", "")))
                .containsExactlyInAnyOrder(
                        "template.json:3:53: parameters.n.minimum: 10 is above the maximum 9",
                        "template.json:3:68: parameters.n.default: 12 is above the maximum 9",
                        "template.json:4:38: parameters.s.pattern: \"(\" is not a regular expression: Unclosed group",
                        "template.json:4:43: parameters.s: \"unit\" has no meaning for type string, which is not a list",
                        "template.json:4:67: parameters.s.default: 5 is not a text in quotes",
                        "template.json:5:61: parameters.l.default: the list has 2 items; expected at most 1",
                        "template.json:5:65: parameters.l.default[1]: '7 apples': expected a rate per second such as "
                                + "100, 10k or 10/s",
                        "template.json:6:61: parameters.r.default[0]: 'allow all, deny all': expected a rule without "
                                + "','; each rule is an item of its own",
                        "template.json:7:43: parameters.m.default: '02:00': expected a MAC address such as "
                                + "02:00:00:00:00:01",
                        "template.json:8:54: devices[1].name: another device is named \"b\"",
                        "template.json:9:57: resources.memory: \"1 MiB\" is not within 4 MiB to 4096 MiB",
                        "template.json:9:77: tests[0]: \"none.test\": no such file in the template");
    }

    @Test
    void twoDevicesCannotAnswerToOneName() throws IOException {
        write("a.click", "Idle;");
        Optional<Template> template = load("""
                {"name": "a", "version": "1.2.3", "summary": "Does a.", "image": {"click": "a.click"},
                 "devices": [{"name": "b", "mode": "bump"}, {"name": "c", "click": ["eth0"], "mode": "bump"}]}
                """);
        assertThat(template).isPresent();
        assertThat(problems.list().stream().map(it -> it.toString().replace(folder + "/", "")))
                .containsExactly("template.json:2:68: devices[1].click: \"eth0\" is a name of device b too");
    }

    @Test
    void aSyntaxErrorStandsAlone() throws IOException {
        assertThat(load("{\"name\": 5,\n \"version\" }")).isEmpty();
        assertThat(problems.list()).hasSize(1);
        assertThat(problems.list().get(0).position().line()).isEqualTo(2);
    }

    @Test
    void filesOutsideTheFolderAreNotRead() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("inner"));
        write("secret", "x");
        assertThat(new TemplateFiles.Folder(inner).bytes("../secret")).isEmpty();
        assertThat(new TemplateFiles.Folder(folder).bytes("inner/../secret")).isPresent();
    }

    @Test
    void anotherEncodingIsAProblem() throws IOException {
        write("a.click", "Idle;");
        Files.write(folder.resolve("a.click"), new byte[] {(byte) 0xff, 'x'});
        assertThat(load("""
                        {"name": "a", "version": "1.2.3", "summary": "s", "image": {"click": "a.click"},
                         "devices": [{"name": "b", "mode": "bump"}]}
                        """)).isEmpty();
        assertThat(problems.list().toString()).contains("a.click is not UTF-8 text");
    }

    private Optional<Template> load(String json) throws IOException {
        write(Template.FILE, json);
        return TemplateLoader.load(new TemplateFiles.Folder(folder), problems);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }
}
