package org.flowstream.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.flowstream.image.ImageCompiler;
import org.flowstream.problem.Problems;
import org.flowstream.template.Assignment;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateFiles;
import org.flowstream.template.TemplateLoader;
import org.flowstream.template.TemplateTest;
import org.flowstream.template.TemplateTestReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Configurations as people write them for a router within a host: a template names their devices, and they are images. */
final class HostRoutersTest {
    private static final Path FOLDER = Path.of("src/test/resources/host-routers");

    @ParameterizedTest
    @ValueSource(strings = {"router", "gateway", "tunnel"})
    void theyBuildAndPassPackets(String name) {
        Problems problems = new Problems();
        Template template = TemplateLoader.load(new TemplateFiles.Folder(FOLDER.resolve(name)), problems)
                .orElseThrow();
        ImageCompiler compiler = ImageCompiler.ofProgram();
        assertThat(compiler.build(
                                template,
                                ParameterBinder.bind(
                                        template, Assignment.of(Optional.empty(), List.of(), problems), problems),
                                problems)
                        .size())
                .isLessThanOrEqualTo(512 << 10);
        List<TemplateTest> tests = TemplateTestReader.readAll(template, problems);
        problems.throwIfAny();
        assertThat(tests).isNotEmpty();
        try (EngineProgram engine = EngineProgram.ofProgram()) {
            TemplateTestRunner runner = new TemplateTestRunner(compiler, engine);
            for (TemplateTest test : tests) {
                assertThat(runner.run(template, test).differences())
                        .as(name + ": " + test.name())
                        .isEmpty();
            }
        }
    }
}
