package org.flowstream.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateDevice;
import org.flowstream.template.TemplateFiles;
import org.flowstream.template.TemplateLoader;
import org.flowstream.template.TemplateSchema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code flowstream template}: what middleboxes are made from. */
@Command(
        name = "template",
        description = "Lists, shows, draws, checks, tests and begins templates.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            TemplateCommands.Ls.class,
            TemplateShow.class,
            TemplateValidate.class,
            TemplateCommands.SchemaCommand.class,
            TemplateNew.class,
            TemplateTestCommand.class,
            TemplateGraph.class
        },
        footer = {"", "Example:", "  flowstream template show firewall"})
final class TemplateCommands extends GroupCommand {
    /** Lists them. */
    @Command(
            name = "ls",
            description = "Lists the templates that come with the program.",
            footer = {"", "Example:", "  flowstream template ls"})
    static final class Ls extends LocalCommand {
        @Mixin
        private OutputOption output;

        @Override
        public Integer call() {
            List<Template> templates = TemplateFiles.Stock.names().stream()
                    .map(TemplateLoader::stock)
                    .toList();
            ArrayNode json = new ObjectMapper().createArrayNode();
            Table table = new Table("NAME", "VERSION", "DEVICES", "SUMMARY");
            for (Template template : templates) {
                List<String> devices =
                        template.devices().stream().map(TemplateDevice::name).toList();
                ObjectNode node = json.addObject()
                        .put("name", template.name())
                        .put("version", template.version())
                        .put("summary", template.summary());
                devices.forEach(node.putArray("devices")::add);
                ArrayNode parameters = node.putArray("parameters");
                template.parameters().forEach(it -> parameters.add(it.name()));
                table.row(template.name(), template.version(), String.join(" ", devices), template.summary());
            }
            output.print(terminal(), json, table);
            return 0;
        }
    }

    /** Prints the schema. */
    @Command(
            name = "schema",
            description = "Prints the JSON Schema of template.json, for editors and other tools.",
            footer = {"", "Example:", "  flowstream template schema > template.schema.json"})
    static final class SchemaCommand extends LocalCommand {
        @Override
        public Integer call() {
            out().print(TemplateSchema.text());
            return 0;
        }
    }
}
