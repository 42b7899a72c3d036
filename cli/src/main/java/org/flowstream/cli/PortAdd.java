package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flowstream port add}: puts an interface on a bridge, or takes note of one that is there. */
@Command(
        name = "add",
        description = "Puts a network interface on a bridge as an external port; one that is there already is adopted.",
        footer = {
            "",
            "An interface that carries an address, a default route or your own SSH session is refused.",
            "",
            "Example:",
            "  flowstream port add eth1"
        })
final class PortAdd extends DaemonCommand {
    @Parameters(paramLabel = "INTERFACE", description = "The network interface, or the port of the bridge.")
    private String name;

    @Option(
            names = "--bridge",
            paramLabel = "BRIDGE",
            defaultValue = "flowstream",
            description = "The bridge (default: ${DEFAULT-VALUE}).")
    private String bridge = "flowstream";

    @Option(
            names = "--move-addresses",
            description = "Consent to take an interface that carries addresses: they stop working on it.")
    private boolean moveAddresses;

    @Override
    public Integer call() {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("bridge", bridge)
                .put("moveAddresses", moveAddresses)
                .put("session", System.getenv().getOrDefault("SSH_CONNECTION", ""));
        JsonNode port = client().put("/v1/ports/" + ApiClient.segment(name), body);
        out().println(name
                + (port.path("addedByUs").asBoolean() ? " is on bridge " : " was found on bridge ")
                + port.path("bridge").asText()
                + (port.path("offloadsOff").isEmpty() ? "" : ", offloads off: " + port.path("offloadsOff")));
        for (JsonNode warning : port.path("warnings")) {
            terminal().err().println(" ! " + warning.asText());
        }
        return 0;
    }
}
