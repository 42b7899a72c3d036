package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flowstream.domain.Places;
import org.flowstream.image.ImageCompiler;
import org.flowstream.problem.Problems;
import org.flowstream.process.EngineProgram;
import org.flowstream.process.TemplateTestRunner;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateFiles;
import org.flowstream.template.TemplateLoader;
import org.flowstream.template.TemplateTest;
import org.flowstream.template.TemplateTestReader;
import org.flowstream.trial.MachineTestRunner;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * The packet tests of every stock template in booted machines: the same files, the same outcome as on the process build, and
 * the frames that leave are the same bytes.
 * All take several minutes: of each template two are run, or all with {@code -Dtemplate.tests=999}.
 */
@TestInstance(Lifecycle.PER_CLASS)
class TemplateTestTest {
    private static final String TEMPLATE = """
            {"name": "t", "version": "1.0.0", "summary": "s", "image": {"click": "t.click"}, "tests": ["t.test"],
             "devices": [{"name": "outside", "mode": "bump"}, {"name": "inside", "mode": "bump"}]}
            """;

    private static final int OF_EACH = Integer.getInteger("template.tests", 2);

    private final Path home = Strangers.newHome();
    private final EngineProgram engine = EngineProgram.ofProgram();
    private final TemplateTestRunner processes = new TemplateTestRunner(ImageCompiler.ofProgram(), engine);
    private MachineTestRunner runner;

    @BeforeAll
    void open() {
        runner = new MachineTestRunner(
                ImageCompiler.ofProgram(),
                URI.create("qemu:///system"),
                new Places(home.resolve("state"), home.resolve("run"), home.resolve("log")));
    }

    @AfterAll
    void close() throws IOException {
        runner.close();
        engine.close();
        try (Stream<Path> files = Files.walk(home)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
        assertThat(Command.of("virsh", "-q", "-c", "qemu:///system", "list", "--all", "--name")
                        .output()
                        .lines()
                        .filter(runner::made))
                .isEmpty();
    }

    @TestFactory
    Stream<DynamicContainer> packets() {
        return TemplateFiles.Stock.names().stream().map(name -> {
            Template template = TemplateLoader.stock(name);
            return DynamicContainer.dynamicContainer(
                    name,
                    some(tests(template)).stream()
                            .map(test -> DynamicTest.dynamicTest(test.name(), () -> compare(template, test))));
        });
    }

    private void compare(Template template, TemplateTest test) {
        TemplateTestRunner.Result machine = runner.run(template, test);
        TemplateTestRunner.Result process = processes.run(template, test);
        assertThat(machine.differences()).isEmpty();
        assertThat(process.differences()).isEmpty();
        assertThat(machine.frames()).isEqualTo(process.frames()).hasSameSizeAs(template.devices());
    }

    private static List<TemplateTest> some(List<TemplateTest> tests) {
        int count = Math.min(OF_EACH, tests.size());
        return IntStream.range(0, count)
                .mapToObj(it -> tests.get(it * tests.size() / count))
                .toList();
    }

    @Test
    void aTestTakesTheMachinesTimeOnly() throws IOException {
        String click =
                "FromDevice(0) -> m :: FlowMonitor(CAPACITY 16, TIMEOUT 60) -> ToDevice(1); FromDevice(1) -> Discard;";
        long begin = System.nanoTime();
        assertThat(differences(click, """
                test "an hour"
                send outside 0ms ether() / ip() / udp(sport=1)
                send outside 1h ether() / ip() / udp(sport=2)
                expect inside same 1
                expect inside same 2
                handler m.packets 2
                """)).isEmpty();
        assertThat(System.nanoTime() - begin).isLessThan(60_000_000_000L);
    }

    @Test
    void whatDiffersIsShown() throws IOException {
        assertThat(differences("FromDevice(0) -> c :: Counter -> ToDevice(1); FromDevice(1) -> Discard;", """
                test "t"
                send outside 0ms ether()
                expect outside same 1
                handler c.count 7
                """))
                .containsExactly(
                        "frame 1 out of inside is not expected:\n  + ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02)",
                        "frame 1 out of outside is missing:\n  - ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02)",
                        "handler c.count: expected 7, got 1");
    }

    @Test
    void aMachineThatDoesNotStartSaysWhy() throws IOException {
        assertThat(differences(
                        "FromDevice(0) -> Queue(1000000) -> ToDevice(1); FromDevice(1) -> Discard;",
                        "test \"t\"\nsend outside 0ms ether()\nexpect inside same 1\n"))
                .singleElement(org.assertj.core.api.InstanceOfAssertFactories.STRING)
                .startsWith("the machine ended: ERROR Queue(1000000): out of memory");
    }

    private List<String> differences(String click, String test) throws IOException {
        Path folder = Files.createDirectories(home.resolve("t"));
        Files.writeString(folder.resolve("template.json"), TEMPLATE);
        Files.writeString(folder.resolve("t.click"), click);
        Files.writeString(folder.resolve("t.test"), test);
        Problems problems = new Problems();
        Template template =
                TemplateLoader.load(new TemplateFiles.Folder(folder), problems).orElseThrow();
        problems.throwIfAny();
        return runner.run(template, tests(template).get(0)).differences();
    }

    private static List<TemplateTest> tests(Template template) {
        Problems problems = new Problems();
        List<TemplateTest> tests = TemplateTestReader.readAll(template, problems);
        problems.throwIfAny();
        return tests;
    }
}
