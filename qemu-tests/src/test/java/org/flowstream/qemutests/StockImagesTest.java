package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flowstream.control.ReadyLine;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.problem.Problems;
import org.flowstream.template.Assignment;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.ParameterValue;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateFiles;
import org.flowstream.template.TemplateLoader;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What the stock templates' images need: their files' size, their machines' memory, and the time to build and start one. */
class StockImagesTest {
    private static final int LARGEST = 512 * 1024;
    private static final int USUAL_MIB = 8;
    private static final int RULES = 1_000;
    private static final int WARM_UP = 30;
    private static final int TIMES = 9;
    /** What is promised, twice: these find a mistake, not a busy host. */
    private static final double BUILD_MS = 2 * 300;

    private static final double READY_MS = 2 * 10;

    @TempDir
    private static Path folder;

    @TestFactory
    Stream<DynamicTest> everyStockImageStartsInItsMemory() {
        ImageCompiler compiler = ImageCompiler.ofProgram();
        return TemplateFiles.Stock.names().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    Template template = TemplateLoader.stock(name);
                    Image image = build(compiler, template, List.of());
                    assertThat(image.size()).as("bytes of the image").isLessThanOrEqualTo(LARGEST);
                    if (template.memoryMib() > USUAL_MIB) {
                        String readme =
                                template.files().text("README.md").orElseThrow().text();
                        assertThat(readme)
                                .as("why it needs more than " + USUAL_MIB + " MiB")
                                .contains("**Memory.**");
                    }
                    ReadyLine ready = start(image, template);
                    assertThat(ready.devices()).isEqualTo(template.devices().size());
                }));
    }

    /** The largest tables that a parameter of numbers allows, one at a time: all fit into the machine's memory. */
    @TestFactory
    Stream<DynamicTest> everyLargestNumberFits() {
        ImageCompiler compiler = ImageCompiler.ofProgram();
        return TemplateFiles.Stock.names().stream()
                .map(TemplateLoader::stock)
                .flatMap(template -> template.parameters().stream()
                        .filter(it ->
                                it.limits().maximum().isPresent() && !it.unit().equals("s"))
                        .map(it -> it.name() + "=" + it.limits().maximum().orElseThrow())
                        .map(set -> DynamicTest.dynamicTest(
                                template.name() + " " + set, () -> assertFits(compiler, template, set))));
    }

    /** A number that does not go with the others' defaults is refused for that. */
    private static void assertFits(ImageCompiler compiler, Template template, String set) throws IOException {
        try {
            start(build(compiler, template, List.of(set)), template);
        } catch (AssertionError e) {
            assertThat(e).hasMessageContaining("ERROR ").hasMessageNotContaining("memory");
        }
    }

    @Test
    void aFirewallOfAThousandRulesIsBuiltAndStartedAtOnce() throws IOException {
        ImageCompiler compiler = ImageCompiler.ofProgram();
        Template template = TemplateLoader.stock("firewall");
        List<String> rules = IntStream.range(0, RULES)
                .mapToObj(i -> "rules=" + (i % 3 == 0 ? "deny" : "allow") + " src net 10." + i / 256 + "." + i % 256
                        + ".0/24 and tcp dst port " + (1_024 + i))
                .toList();
        Image image = build(compiler, template, rules);
        for (int i = 0; i < WARM_UP; i++) {
            image = build(compiler, template, rules);
        }
        // The thread's own time: how long it is kept from the processor is not the compiler's business.
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        double building = Double.MAX_VALUE;
        for (int i = 0; i < TIMES; i++) {
            long begin = clock.getCurrentThreadCpuTime();
            image = build(compiler, template, rules);
            building = Math.min(building, (clock.getCurrentThreadCpuTime() - begin) / 1e6);
        }
        double ready = Double.MAX_VALUE;
        for (int i = 0; i < TIMES; i++) {
            ready = Math.min(ready, start(image, template).boot().toNanos() / 1e6);
        }
        System.out.printf(
                "a firewall of %d rules: built in %.0f ms, ready in %.1f ms (the best of %d), %d bytes%n",
                RULES, building, ready, TIMES, image.size());
        assertThat(building).as("ms to build it").isLessThan(BUILD_MS);
        assertThat(ready).as("ms from the first instruction to READY").isLessThan(READY_MS);
    }

    private static Image build(ImageCompiler compiler, Template template, List<String> set) {
        Problems problems = new Problems();
        List<Assignment> assignments = Assignment.of(Optional.empty(), set, problems);
        Map<String, ParameterValue> values = ParameterBinder.bind(template, assignments, problems);
        return compiler.build(template, values, problems);
    }

    /** Boots an image as README.md says, with the template's memory, until it is ready. */
    private static ReadyLine start(Image image, Template template) throws IOException {
        Path file = folder.resolve("image.elf");
        image.writeTo(file);
        List<String> argv = new ArrayList<>(List.of(
                "timeout",
                "60",
                // First in line, as far as that is allowed: the time is then the machine's own.
                "chrt",
                "--fifo",
                "10",
                "qemu-system-x86_64",
                "-M",
                "pc",
                "-bios",
                "qboot.rom",
                "-accel",
                "tcg",
                "-m",
                Integer.toString(template.memoryMib()),
                "-nodefaults",
                "-display",
                "none",
                "-serial",
                "stdio",
                "-kernel",
                file.toString()));
        for (int i = 0; i < template.devices().size(); i++) {
            argv.addAll(List.of(
                    "-netdev",
                    "hubport,id=d" + i + ",hubid=" + (i + 1),
                    "-device",
                    "virtio-net-pci,netdev=d" + i + ",romfile="));
        }
        Process process = new ProcessBuilder(argv)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Optional<ReadyLine> ready = ReadyLine.parse(line);
                if (ready.isPresent()) {
                    return ready.get();
                }
                said.append(line).append('\n');
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Files.delete(file);
        }
        throw new AssertionError(template.name() + " was not ready:\n" + said);
    }
}
