package org.flowstream.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.flowstream.image.ImageCompiler;
import org.flowstream.problem.Problems;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateFiles;
import org.flowstream.template.TemplateLoader;
import org.flowstream.template.TemplateTest;
import org.flowstream.template.TemplateTestReader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The packet tests of the templates that come with the program, on the engine that comes with it. */
@TestInstance(Lifecycle.PER_CLASS)
final class StockTemplatesTest {
    private static final List<String> VERDICTS = List.of(
            "arp", "nd", "ip6", "vlan", "fragments", "icmp-errors", "non-ip", "tcp-unknown-options", "mptcp", "quic");

    private EngineProgram engine;

    @BeforeAll
    void unpack() {
        engine = EngineProgram.ofProgram();
    }

    @AfterAll
    void remove() {
        engine.close();
    }

    @TestFactory
    Stream<DynamicContainer> packets() {
        TemplateTestRunner runner = new TemplateTestRunner(ImageCompiler.ofProgram(), engine);
        return TemplateFiles.Stock.names().stream().map(name -> {
            Template template = TemplateLoader.stock(name);
            return DynamicContainer.dynamicContainer(
                    name,
                    tests(template).stream()
                            .map(test -> DynamicTest.dynamicTest(
                                    test.name(),
                                    () -> assertThat(runner.run(template, test).differences())
                                            .isEmpty())));
        });
    }

    @Test
    void everyVerdictIsStated() {
        for (String name : TemplateFiles.Stock.names()) {
            assertThat(TemplateLoader.stock(name).passes().keySet())
                    .as(name)
                    .containsExactlyInAnyOrderElementsOf(VERDICTS);
        }
    }

    private static List<TemplateTest> tests(Template template) {
        Problems problems = new Problems();
        List<TemplateTest> tests = TemplateTestReader.readAll(template, problems);
        problems.throwIfAny();
        assertThat(tests).as("tests of " + template.name()).isNotEmpty();
        return tests;
    }
}
