package org.flowstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import org.flowstream.model.Name;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flowstream control}: Click's own control clients, for a running middlebox. */
@Command(
        name = "control",
        description = {
            "Answers Click's ControlSocket protocol 1.3 for a running middlebox at an address, until Ctrl-C: for Click's own"
                    + " clients, such as clicky or its csclient library.",
            "Clients take turns with each other and with the daemon, command by command; one that dies in the middle of a"
                    + " command harms nobody. Whoever reaches the address may read and write all handlers."
        },
        footer = {
            "",
            "Example:",
            "  flowstream control fw --listen 127.0.0.1:7777",
            "  flowstream control fw --listen unix:/run/fw.control"
        })
final class ControlServeCommand extends DaemonCommand {
    @Parameters(index = "0", paramLabel = "NAME", description = "The middlebox.")
    private String name;

    @Option(
            names = "--listen",
            paramLabel = "[ADDRESS:]PORT|unix:PATH",
            defaultValue = "127.0.0.1:0",
            description =
                    "Where (default: a free port of the loopback interface, which is printed). A port alone is one of"
                            + " the loopback interface; a path is a Unix socket, for this user alone.")
    private String listen;

    @Mixin
    private OutputOption output;

    @Override
    public Integer call() throws IOException, InterruptedException {
        OptionValue.of("NAME", () -> Name.parse(name));
        ControlAddress address = OptionValue.of("--listen", () -> ControlAddress.parse(listen));
        ApiClient client = client();
        String path = "/v1/middleboxes/" + ApiClient.segment(name);
        client.get(path); // one that is not there is said now
        try (ControlServer server = ControlServer.start(address, command -> client.post(path + "/control", command))) {
            Thread atEnd = new Thread(server::close, "control's end");
            Runtime.getRuntime().addShutdownHook(atEnd);
            if (output.json()) {
                out().println(JsonNodeFactory.instance
                        .objectNode()
                        .put("name", name)
                        .put("listen", server.address())
                        .toPrettyString());
            } else {
                out().println(name + " answers ControlSocket 1.3 at " + server.address() + " until Ctrl-C.");
            }
            out().flush();
            if (!server.isLocal()) {
                terminal().err().println("flowstream: whoever reaches " + server.address() + " may write its handlers");
                terminal().err().flush();
            }
            server.await();
        }
        return 0;
    }
}
