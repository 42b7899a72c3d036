package org.flowstream.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.flowstream.daemon.Settings;
import org.flowstream.image.ImageCompiler;
import org.flowstream.libvirt.LibvirtFault;
import org.flowstream.problem.Problems;
import org.flowstream.process.EngineProgram;
import org.flowstream.process.TemplateTestRunner;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateTest;
import org.flowstream.template.TemplateTestReader;
import org.flowstream.trial.MachineTestRunner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowstream template test}: runs a template's packet tests. */
@Command(
        name = "test",
        description = {
            "Runs a template's packet tests on the engine as a process, in virtual time.",
            "With --vm each test boots a machine through libvirt, whose clock goes by the test's times too; for that it"
                    + " needs libvirt, and the right to use it."
        },
        footer = {
            "",
            "It exits with 1 when a test fails.",
            "",
            "Example:",
            "  flowstream template test ./my-firewall",
            "  flowstream template test firewall --vm"
        })
final class TemplateTestCommand extends LocalCommand {
    @Mixin
    private TemplateArgument source;

    @Option(names = "--vm", description = "Boot a machine for each test (libvirt: $$FLOWSTREAM_LIBVIRT).")
    private boolean vm;

    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        Problems problems = new Problems();
        ImageCompiler compiler = ImageCompiler.ofProgram();
        Optional<Template> template = source.load(compiler, problems);
        List<TemplateTest> tests =
                template.map(it -> TemplateTestReader.readAll(it, problems)).orElse(List.of());
        problems.throwIfAny();
        if (tests.isEmpty()) {
            throw new CommandFailure(source.text() + " has no tests", "name some in \"tests\" of its template.json");
        }
        return vm
                ? inMachines(template.orElseThrow(), tests, compiler)
                : asProcess(template.orElseThrow(), tests, compiler);
    }

    private int asProcess(Template template, List<TemplateTest> tests, ImageCompiler compiler) {
        try (EngineProgram engine = EngineProgram.ofProgram()) {
            TemplateTestRunner runner = new TemplateTestRunner(compiler, engine);
            return run(tests, test -> runner.run(template, test));
        }
    }

    private int inMachines(Template template, List<TemplateTest> tests, ImageCompiler compiler) {
        Settings settings = Settings.of(System.getenv());
        try (MachineTestRunner runner =
                new MachineTestRunner(compiler, URI.create(settings.libvirt()), settings.places())) {
            return run(tests, test -> runner.run(template, test));
        } catch (LibvirtFault e) {
            throw new CommandFailure("no machine: " + e.getMessage(), "flowstream doctor");
        }
    }

    private int run(List<TemplateTest> tests, Function<TemplateTest, TemplateTestRunner.Result> runner) {
        ArrayNode json = new ObjectMapper().createArrayNode();
        int failed = 0;
        long begin = System.nanoTime();
        for (TemplateTest test : tests) {
            TemplateTestRunner.Result result = runner.apply(test);
            failed += result.passed() ? 0 : 1;
            if (output.json()) {
                describe(result, json.addObject());
            } else {
                print(result);
                out().flush();
            }
        }
        if (output.json()) {
            out().println(json.toPrettyString());
        } else {
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            out().println((failed == 0 ? "All of " : failed + " of ")
                    + Quantities.counted(tests.size(), "test") + (failed == 0 ? " passed" : " failed") + " in "
                    + Quantities.took(took) + ".");
        }
        return failed == 0 ? 0 : 1;
    }

    private void print(TemplateTestRunner.Result result) {
        out().println((result.passed() ? " ✓ " : " ✗ ") + result.test().name());
        if (!result.passed()) {
            out().println("   at " + result.test().position());
            result.differences().forEach(each -> out().println("   " + each.replace("\n", "\n   ")));
        }
    }

    private static void describe(TemplateTestRunner.Result result, ObjectNode node) {
        node.put("test", result.test().name())
                .put("position", result.test().position().toString())
                .put("passed", result.passed());
        ArrayNode differences = node.putArray("differences");
        result.differences().forEach(differences::add);
    }
}
