package org.flowstream.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.problem.Problems;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ParameterBinderTest {
    @TempDir
    private Path folder;

    private final Problems problems = new Problems();

    @BeforeEach
    void template() throws IOException {
        Files.writeString(folder.resolve("a.click"), "Idle;");
        Files.writeString(folder.resolve(Template.FILE), """
                {"name": "a", "version": "1.2.3", "summary": "s", "image": {"click": "a.click"},
                 "devices": [{"name": "b", "mode": "bump"}],
                 "parameters": {
                   "count": {"type": "integer", "minimum": 1, "maximum": 9, "unit": "flows", "default": 3, "description": "d"},
                   "rate": {"type": "rate", "unit": "packets/s", "default": 10, "description": "d"},
                   "label": {"type": "string", "default": "", "description": "d"},
                   "on": {"type": "boolean", "default": true, "description": "d"},
                   "rules": {"type": "list", "of": "ip-filter-rule", "default": ["deny all"], "description": "d"},
                   "names": {"type": "list", "of": "string", "default": [], "description": "d"},
                   "where": {"type": "ip6-prefix", "default": "2001:db8::/32", "description": "d"}}}
                """);
    }

    @Test
    void defaultsStandWhereNothingIsSet() {
        assertThat(bind())
                .isEqualTo(Map.of(
                        "count", "3",
                        "rate", "10",
                        "label", "\"\"",
                        "on", "true",
                        "rules", "deny all",
                        "names", "",
                        "where", "2001:db8::/32"));
    }

    @Test
    void severalOfAListAppendAndCommasPart() {
        assertThat(bind("rules=allow  tcp dst port 80", "rules=allow udp, deny all,", "names=a,b", "names=\"c\""))
                .containsEntry("rules", "allow tcp dst port 80, allow udp, deny all")
                .containsEntry("names", "\"a,b\", \"\\<22>c\\<22>\"");
    }

    @Test
    void numbersTakeUnitsAndMagnitudes() {
        assertThat(bind("count=4 flows", "rate=2k")).containsEntry("count", "4").containsEntry("rate", "2000");
        assertThat(bind("rate=7/s")).containsEntry("rate", "7");
        assertThat(bind("rate=5 packets/s", "on=no")).containsEntry("rate", "5").containsEntry("on", "false");
    }

    @Test
    void aFileHoldsAnItemToALine() throws IOException {
        Path file = Files.writeString(folder.resolve("rules.txt"), "# web\nallow tcp dst port 80\n\n  deny all\n");
        assertThat(bind("rules=@" + file)).containsEntry("rules", "allow tcp dst port 80, deny all");
        Files.writeString(file, "allow all\ndeny, all\n");
        assertThat(mistakes("rules=@" + file))
                .containsExactly(file + ":2: rules: 'deny, all': expected a rule without ','; each rule is an item of "
                        + "its own");
    }

    @Test
    void whatIsTypedWinsOverTheFile() throws IOException {
        Path file = Files.writeString(
                folder.resolve("p.json"), "{\"count\": 4, \"label\": \"x\", \"rules\": [\"allow all\"]}");
        Problems found = new Problems();
        List<Assignment> assignments = Assignment.of(Optional.of(file), List.of("count=5", "rules=deny udp"), found);
        Map<String, String> variables = ParameterBinder.variables(ParameterBinder.bind(load(), assignments, found));
        assertThat(found.list()).isEmpty();
        assertThat(variables)
                .containsEntry("count", "5")
                .containsEntry("label", "\"x\"")
                .containsEntry("rules", "deny udp");
    }

    @Test
    void everyMistakeIsNamed() {
        assertThat(mistakes(
                        "count=12",
                        "rate=fast",
                        "on=maybe",
                        "rulez=deny all",
                        "label",
                        "where=1::1::1",
                        "rules=deny (tcp"))
                .containsExactlyInAnyOrder(
                        "-p count=12: count: 12 is above the maximum 9",
                        "-p rate=fast: rate: 'fast': expected a rate per second such as 100, 10k or 10/s",
                        "-p on=maybe: on: 'maybe': expected true or false",
                        "-p rulez=deny all: unknown parameter \"rulez\" of template a (did you mean 'rules'?)",
                        "-p label: expected -p NAME=VALUE or -p NAME=@FILE",
                        "-p where=1::1::1: where: '1::1::1': expected an IPv6 prefix such as 2001:db8::/32",
                        "-p rules=deny (tcp: rules: 'deny (tcp': expected a rule with as many '(' as ')'");
        assertThat(mistakes("count=1", "count=2"))
                .containsExactly("-p count=2: count is given twice; it is one integer, not a list");
        assertThat(mistakes("label=@/nosuch")).containsExactly("-p label=@/nosuch: the file /nosuch does not exist");
    }

    @Test
    void aFilesMistakesHavePlaces() throws IOException {
        Path file = Files.writeString(folder.resolve("p.json"), "{\"count\": 40,\n \"zzz\": 1,\n \"names\": [1]}");
        Problems found = new Problems();
        List<Assignment> assignments = Assignment.of(Optional.of(file), List.of(), found);
        assertThat(ParameterBinder.bind(load(), assignments, found)).containsKey("count");
        assertThat(found.list().stream().map(Object::toString))
                .containsExactly(
                        file + ":1:11: count: 40 is above the maximum 9",
                        file
                                + ":2:2: unknown parameter \"zzz\" of template a; known are count, label, names, on, rate, "
                                + "rules, where",
                        file + ":3:12: names[0]: 1 is not a text in quotes");
    }

    private Template load() {
        Template template =
                TemplateLoader.load(new TemplateFiles.Folder(folder), problems).orElseThrow();
        problems.throwIfAny();
        return template;
    }

    private Map<String, String> bind(String... options) {
        Problems found = new Problems();
        Map<String, String> variables = ParameterBinder.variables(
                ParameterBinder.bind(load(), Assignment.of(Optional.empty(), List.of(options), found), found));
        assertThat(found.list()).isEmpty();
        return variables;
    }

    private List<String> mistakes(String... options) {
        Problems found = new Problems();
        assertThat(ParameterBinder.bind(load(), Assignment.of(Optional.empty(), List.of(options), found), found))
                .hasSize(7);
        return found.list().stream().map(Object::toString).toList();
    }
}
