package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flowstream port add}: puts an interface on a bridge, or takes note of one that is there. */
@Command(
        name = "add",
        description = "Puts network interfaces on a bridge as external ports; one that is there already is adopted.",
        footer = {
            "",
            "An interface that carries an address, a default route or your own SSH session is refused: put it on a bridge",
            "of your own, which keeps the host reachable whatever becomes of ours, and join the two by a patch port.",
            "",
            "Example:",
            "  flowstream port add eth1 eth2"
        })
final class PortAdd extends DaemonCommand {
    @Parameters(
            paramLabel = "INTERFACE",
            arity = "1..*",
            description = "The network interface, or the port of the bridge.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--bridge",
            paramLabel = "BRIDGE",
            defaultValue = "${env:FLOWSTREAM_BRIDGE:-flowstream}",
            description = "The bridge (default: ${DEFAULT-VALUE}).")
    private String bridge = "";

    @Option(
            names = "--move-addresses",
            description = "Consent to take an interface that the host itself uses. Its addresses and routes%n"
                    + "stay on it: with the kernel's datapath without effect until port rm; with the%n"
                    + "user-space one the host goes on answering beside the switch.")
    private boolean moveAddresses;

    @Override
    public Integer call() {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("bridge", bridge)
                .put("moveAddresses", moveAddresses)
                .put("session", System.getenv().getOrDefault("SSH_CONNECTION", ""));
        names.forEach(name -> add(name, body));
        return 0;
    }

    private void add(String name, ObjectNode body) {
        JsonNode port = client().put("/v1/ports/" + ApiClient.segment(name), body);
        out().println(name
                + (port.path("addedByUs").asBoolean() ? " is on bridge " : " was found on bridge ")
                + port.path("bridge").asText()
                + (port.path("offloadsOff").isEmpty() ? "" : ", offloads off: " + port.path("offloadsOff")));
        for (JsonNode warning : port.path("warnings")) {
            terminal().err().println(" ! " + warning.asText());
        }
    }
}
