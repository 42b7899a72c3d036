package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.flowstream.document.BuiltImage;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flowstream reconfigure}: another configuration for a middlebox that runs. */
@Command(
        name = "reconfigure",
        description = {
            "Gives a running middlebox another configuration without a lost packet. Elements of the same name and class keep"
                    + " their state: connections, mappings, counts, packets in queues.",
            "A configuration that is wrong changes nothing, and all that is wrong with it is said. One that the machine"
                    + " refuses, or does not become ready with, is taken back. What holds is declared: it is there after a"
                    + " restart too."
        },
        footer = {
            "",
            "Parameters that are not given stay as they are, while the template is the same one.",
            "",
            "Example:",
            "  flowstream reconfigure fw -p rules='allow tcp dst port 443'",
            "  flowstream reconfigure lb --config lb.click"
        })
final class ReconfigureCommand extends DaemonCommand {
    @Parameters(index = "0", paramLabel = "NAME", description = "The middlebox.")
    private String name;

    @Option(
            names = "--config",
            paramLabel = "TEMPLATE|FOLDER|FILE.click|FILE.elf|DIGEST",
            description =
                    "What it is made from, as run takes it (default: the template that it has, where that came with"
                            + " the program).")
    private @Nullable String config;

    @Mixin
    private ParameterOptions parameters;

    @Option(names = "--reset", description = "Begin from the template's own parameters, not from those that it has.")
    private boolean reset;

    @Option(
            names = "--allow-restart",
            description =
                    "Start it anew where it cannot take the configuration while it runs: its flows' state is lost.")
    private boolean allowRestart;

    @Mixin
    private WaitOptions wait;

    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        long begin = System.nanoTime();
        ApiClient client = client();
        ReconfiguredImage.Result built = new ReconfiguredImage(client, name).build(config, parameters, reset);
        String path = "/v1/images/" + ApiClient.segment(built.image().digest().toString());
        boolean upload = !client.has(path);
        if (upload) {
            client.put(path, "application/octet-stream", built.image().bytes());
        }
        JsonNode operation;
        try {
            operation = client.post(
                    "/v1/middleboxes/" + ApiClient.segment(name) + "/reconfigure?" + wait.query(), request(built));
        } catch (CommandFailure refused) {
            throw upload ? RunCommand.withoutImage(client, path, refused) : refused;
        }
        if (output.json()) {
            out().println(operation.toPrettyString());
        } else if (wait.detached()) {
            out().println(name + " has its new configuration" + wait.after(begin, operation));
        } else {
            out().println(name + ": " + operation.path("outcome").asText() + wait.after(begin));
        }
        return 0;
    }

    private ObjectNode request(ReconfiguredImage.Result built) {
        BuiltImage source = built.source();
        ObjectNode request = JsonNodeFactory.instance
                .objectNode()
                .put("image", source.digest().toString())
                .put("origin", source.origin().toString())
                .put("returnFlow", built.returnFlow().map(Object::toString).orElse(""))
                .put("restart", allowRestart);
        ObjectNode given = request.putObject("parameters");
        source.parameters().forEach(given::set);
        return request;
    }
}
