package org.flowstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.flowstream.model.GuestKind;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.flowstream.problem.ProblemsException;
import org.flowstream.template.Assignment;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.ProgramIo;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateFiles;
import org.flowstream.template.TemplateLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images of what is the user's own: parameters reach them as values, and nothing else. */
final class ForeignImageTest {
    private static final String PARAMETERS = """
            "word": {"type": "string", "default": "a b", "description": "d"},
            "plain": {"type": "string", "pattern": "[a-z\\\\s]+", "default": "x", "description": "d"},
            "address": {"type": "ip-address", "default": "192.0.2.1", "description": "d"},
            "servers": {"type": "list", "of": "ip-address", "default": ["192.0.2.8", "192.0.2.9"], "description": "d"}
            """;

    @TempDir
    private Path folder;

    private final ImageCompiler compiler = ImageCompiler.ofProgram();

    ForeignImageTest() {}

    private Optional<Template> load(String image, String more, Problems problems) throws IOException {
        Files.writeString(folder.resolve("template.json"), """
                {"name": "t", "version": "1.0.0", "summary": "s", "image": %s, %s
                 "parameters": {%s},
                 "devices": [{"name": "outside", "mode": "bump"}, {"name": "inside", "mode": "addressed"}]}
                """.formatted(image, more, PARAMETERS));
        return TemplateLoader.load(new TemplateFiles.Folder(folder), problems);
    }

    private Image build(String image, String... options) throws IOException {
        Problems problems = new Problems();
        Template template = load(image, "", problems).orElseThrow();
        List<Assignment> assignments = Assignment.of(Optional.empty(), List.of(options), problems);
        return compiler.build(template, ParameterBinder.bind(template, assignments, problems), problems);
    }

    private List<String> wrong(String image, String more) throws IOException {
        Problems problems = new Problems();
        var unused = load(image, more, problems);
        return problems.list().stream().map(Problem::message).toList();
    }

    private static String text(Guest.Attached file) {
        return new String(file.bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void parametersReachAProgramAsValues() throws IOException, NoSuchAlgorithmException {
        Files.writeString(
                folder.resolve("p.conf"), "listen {{address}};\nserver {{servers}} {{servers}};\nend {{plain}}");
        Files.writeString(folder.resolve("run"), "#!/bin/sh\n");
        Image image = build("""
                {"program": {"argv": ["/bin/true", "{{word}}", "--to={{servers}}"], "io": "packet",
                  "environment": {"W": "<{{ word }}>"}, "files": {"p.conf": "p.conf", "go": "run"},
                  "addresses": {"inside": ["{{address}}/24"]}, "gateways": ["192.0.2.254"]}}
                """, "word=$(reboot); \"'`{{address}}");
        Guest.Program program = (Guest.Program) image.manifest().guest();
        assertThat(program.argv())
                .containsExactly("/bin/true", "$(reboot); \"'`{{address}}", "--to=192.0.2.8", "--to=192.0.2.9");
        assertThat(program.environment()).containsEntry("W", "<$(reboot); \"'`{{address}}>");
        assertThat(program.io()).isEqualTo(ProgramIo.PACKET);
        assertThat(program.addresses()).containsEntry("inside", List.of("192.0.2.1/24"));
        assertThat(program.files()).hasSize(2);
        assertThat(text(program.files().get(0)))
                .isEqualTo("listen 192.0.2.1;\nserver 192.0.2.8 192.0.2.8;\nserver 192.0.2.9 192.0.2.9;\nend x");
        assertThat(program.files().get(0).executable()).isFalse();
        assertThat(program.files().get(1).executable()).isTrue();
        assertThat(image.manifest().effects()).containsExactly("unknown");
        assertThat(image.manifest().guest().kind()).isEqualTo(GuestKind.PROGRAM);

        byte[] digest = MessageDigest.getInstance("SHA-256").digest(image.bytes());
        assertThat(image.digest().hex()).isEqualTo(HexFormat.of().formatHex(digest));
        Image again = ImageFile.parse(image.bytes(), "again");
        assertThat(again).isEqualTo(image);
        assertThat(again.manifest().toJson()).isEqualTo(image.manifest().toJson());
        assertThat(again.manifest().guest()).isEqualTo(program);
    }

    @Test
    void theStoreKeepsItBesideImagesOfTheEngine() throws IOException {
        Image image = build("{\"program\": {\"argv\": [\"/bin/true\"]}}");
        ImageStore store = new ImageStore(folder.resolve("images"));
        assertThat(store.put(image)).hasFileName(image.digest().hex() + ".image");
        assertThat(store.get(image.digest())).isEqualTo(image);
        assertThat(store.isForeign(image.digest())).isTrue();
        assertThat(store.find(image.digest().hex().substring(0, 12))).isEqualTo(image.digest());
        assertThat(store.list().entries()).hasSize(1);
        assertThat(store.remove(image.digest())).isTrue();
        assertThat(store.list().entries()).isEmpty();
    }

    @Test
    void whatWouldBeMoreThanAValueIsRefused() throws IOException {
        Files.writeString(folder.resolve("p.conf"), "end {{plain}}\n");
        String image = "{\"program\": {\"argv\": [\"/bin/true\"], \"files\": {\"p.conf\": \"p.conf\"}}}";
        assertThatThrownBy(() -> build(image, "plain=x\nmore"))
                .isInstanceOf(ProblemsException.class)
                .hasMessageContaining("parameter 'plain' has a control character");
        assertThatThrownBy(() -> build("""
                        {"program": {"argv": ["/bin/true"], "addresses": {"inside": ["{{address}}/33"]}}}"""))
                .isInstanceOf(ProblemsException.class)
                .hasMessageContaining("192.0.2.1/33");
    }

    @Test
    void allThatIsWrongWithATemplateIsTold() throws IOException {
        Files.writeString(folder.resolve("p.conf"), "a {{word}}\nb {{adress}}\n");
        assertThat(wrong("""
                        {"program": {"argv": ["nginx", "{{nothing}}"], "io": "tap", "addresses": {"side": ["192.0.2.1/24"]},
                          "files": {"p.conf": "p.conf", "q": "absent"}}}""", """
                        "health": {"ready": ["control"]}, "tests": ["x.test"],"""))
                .anyMatch(it -> it.contains("\"nginx\" is not the path of a program"))
                .anyMatch(it -> it.contains("unknown parameter '{{nothing}}'"))
                .anyMatch(it -> it.contains("has no interfaces that could have addresses"))
                .anyMatch(it -> it.contains("no device is named \"side\""))
                .anyMatch(it -> it.contains("'{{word}}' is a string, and any character may mean something"))
                .anyMatch(it -> it.contains("unknown parameter '{{adress}}'"))
                .anyMatch(it -> it.contains("\"absent\": no such file in the template"))
                .anyMatch(it -> it.contains("does not speak the control protocol"))
                .anyMatch(it -> it.contains("packet tests are for the engine"));
        assertThat(wrong("{\"program\": {\"argv\": [\"/bin/true\"]}}", "\"health\": {\"ready\": [\"forwarding\"]},"))
                .singleElement()
                .asString()
                .contains("devices that are all of mode \"bump\"");
        assertThat(wrong("{}", "")).singleElement().asString().contains("image: expected one of");
    }
}
