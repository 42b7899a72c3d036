package org.flowstream.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.flowstream.image.ImageCompiler;
import org.flowstream.problem.Problems;
import org.flowstream.template.Assignment;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateTest;
import org.flowstream.template.TemplateTestReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code flowstream template validate}: all that is wrong with a template, in one answer. */
@Command(
        name = "validate",
        description =
                "Checks a template, its configuration and its tests; says all that is wrong, each with its place.",
        footer = {
            "",
            "It exits with 1 when anything is wrong. Nothing is created.",
            "",
            "Example:",
            "  flowstream template validate ./my-firewall"
        })
final class TemplateValidate extends LocalCommand {
    @Mixin
    private TemplateArgument source;

    @Mixin
    private ParameterOptions parameters;

    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        Problems problems = new Problems();
        ImageCompiler compiler = ImageCompiler.ofProgram();
        Optional<Template> loaded = source.load(compiler, problems);
        List<Assignment> assignments = parameters.assignments(problems);
        int elements = 0;
        int tests = 0;
        if (loaded.isPresent()) {
            Template template = loaded.get();
            elements = compiler.check(template, ParameterBinder.bind(template, assignments, problems), problems)
                    .elements()
                    .size();
            List<TemplateTest> read = TemplateTestReader.readAll(template, problems);
            read.forEach(test -> ParameterBinder.bind(template, test.parameters(), problems));
            tests = read.size();
        }
        problems.throwIfAny();
        Template template = loaded.orElseThrow();
        if (output.json()) {
            ObjectNode node = new ObjectMapper()
                    .createObjectNode()
                    .put("name", template.name())
                    .put("version", template.version())
                    .put("elements", elements)
                    .put("tests", tests);
            out().println(node.toPrettyString());
        } else {
            out().println(template.nameAndVersion() + " is in order: "
                    + Quantities.counted(template.parameters().size(), "parameter") + ", "
                    + Quantities.counted(template.devices().size(), "device") + ", "
                    + (template.guest().isForeign()
                            ? "a " + template.guest() + " of your own, which is run unverified."
                            : Quantities.counted(elements, "element") + ", " + Quantities.counted(tests, "test")
                                    + "."));
        }
        return 0;
    }
}
