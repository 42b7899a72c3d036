package org.flowstream.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.stream.Collectors;
import org.flowstream.image.ImageCompiler;
import org.flowstream.model.Durations;
import org.flowstream.problem.Problems;
import org.flowstream.template.Parameter;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateDevice;
import org.flowstream.template.Translation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code flowstream template show}: what one template is. */
@Command(
        name = "show",
        description = "Shows a template's parameters, devices, and what becomes of unusual packets.",
        footer = {"", "Example:", "  flowstream template show firewall"})
final class TemplateShow extends LocalCommand {
    @Mixin
    private TemplateArgument source;

    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        Problems problems = new Problems();
        Template template = source.load(ImageCompiler.ofProgram(), problems).orElse(null);
        problems.throwIfAny();
        if (template == null) {
            throw new CommandFailure(source.text() + " has no template");
        }
        if (output.json()) {
            out().println(json(template).toPrettyString());
        } else {
            out().print(text(template));
        }
        return 0;
    }

    private String text(Template template) {
        StringBuilder text = new StringBuilder(template.nameAndVersion())
                .append(template.inferred() ? "  (made from the configuration alone)" : "")
                .append(
                        template.guest().isForeign()
                                ? "  (" + template.guest() + ", unverified: it may do anything to packets)"
                                : "")
                .append("\n  ")
                .append(template.summary())
                .append("\n\n");
        Table devices = new Table("DEVICE", "IN THE CONFIGURATION", "MODE", "ROLE");
        for (TemplateDevice device : template.devices()) {
            devices.row(
                    device.name(),
                    String.join(" ", device.clickNames()),
                    device.mode().toString(),
                    device.role().map(TemplateDevice.Role::word).orElse("-"));
        }
        text.append(devices.render());
        if (!template.parameters().isEmpty()) {
            Table parameters = new Table("PARAMETER", "TYPE", "DEFAULT", "DESCRIPTION");
            for (Parameter parameter : template.parameters()) {
                parameters.row(
                        parameter.name(),
                        parameter.typeText() + range(parameter),
                        parameter.defaultValue().shown(),
                        parameter.description());
            }
            text.append('\n').append(parameters.render());
        }
        if (!template.passes().isEmpty()) {
            Table passes = new Table("PACKETS", "PASS");
            template.passes().forEach(passes::row);
            text.append('\n').append(passes.render());
        }
        if (!template.translates().isEmpty()) {
            Table translates = new Table("ENTERS BY", "AS", "LEAVES BY", "AS");
            template.translates().forEach(it -> translates.row(it.from(), it.match(), it.to(), it.becomes()));
            text.append('\n').append(translates.render());
        }
        return text.append('\n')
                .append("Memory ")
                .append(template.memoryMib())
                .append(" MiB. Ready when these hold: ")
                .append(template.health().ready().stream().map(Object::toString).collect(Collectors.joining(", ")))
                .append("; heartbeat every ")
                .append(Durations.text(template.health().heartbeat()))
                .append(".\n")
                .append(template.tests().isEmpty() ? "" : "Test it: flowstream template test " + source.text() + "\n")
                .append(
                        template.guest().isForeign()
                                ? ""
                                : "Draw it: flowstream template graph " + source.text() + " -o " + template.name()
                                        + ".svg\n")
                .append("Build it: flowstream image build ")
                .append(source.text())
                .append(" -o ")
                .append(template.name())
                .append(template.guest().isForeign() ? ".image\n" : ".elf\n")
                .toString();
    }

    private static String range(Parameter parameter) {
        Parameter.Limits limits = parameter.limits();
        String unit = parameter.unit().isEmpty() ? "" : " " + parameter.unit();
        if (limits.minimum().isEmpty() && limits.maximum().isEmpty()) {
            return unit.isEmpty() ? "" : "," + unit;
        }
        return ", " + limits.minimum().map(Object::toString).orElse("…") + " to "
                + limits.maximum().map(Object::toString).orElse("…") + unit;
    }

    private static ObjectNode json(Template template) {
        ObjectNode node = new ObjectMapper()
                .createObjectNode()
                .put("name", template.name())
                .put("version", template.version())
                .put("summary", template.summary())
                .put("inferred", template.inferred())
                .put("guest", template.guest().toString())
                .put("verified", !template.guest().isForeign())
                .put("memoryMib", template.memoryMib());
        ArrayNode devices = node.putArray("devices");
        for (TemplateDevice device : template.devices()) {
            ObjectNode each = devices.addObject()
                    .put("name", device.name())
                    .put("mode", device.mode().toString());
            device.role().ifPresent(role -> each.put("role", role.word()));
            ArrayNode names = each.putArray("click");
            device.clickNames().forEach(names::add);
        }
        ArrayNode parameters = node.putArray("parameters");
        for (Parameter parameter : template.parameters()) {
            ObjectNode each = parameters
                    .addObject()
                    .put("name", parameter.name())
                    .put("type", parameter.typeText())
                    .put("default", parameter.defaultValue().shown())
                    .put("description", parameter.description());
            parameter.limits().minimum().ifPresent(it -> each.put("minimum", it));
            parameter.limits().maximum().ifPresent(it -> each.put("maximum", it));
            if (!parameter.unit().isEmpty()) {
                each.put("unit", parameter.unit());
            }
        }
        ObjectNode passes = node.putObject("passes");
        template.passes().forEach(passes::put);
        ArrayNode translates = node.putArray("translates");
        for (Translation each : template.translates()) {
            translates
                    .addObject()
                    .put("from", each.from())
                    .put("match", each.match())
                    .put("to", each.to())
                    .put("becomes", each.becomes());
        }
        return node;
    }
}
