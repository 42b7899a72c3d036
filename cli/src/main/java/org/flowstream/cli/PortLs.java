package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code flowstream port ls}: the external ports. */
@Command(
        name = "ls",
        description = "Lists the external ports and the chains that use them.",
        footer = {"", "Example:", "  flowstream port ls"})
final class PortLs extends DaemonCommand {
    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        JsonNode ports = client().get("/v1/ports");
        Table table = new Table("NAME", "BRIDGE", "STATE", ">NUMBER", "OURS", "OFFLOADS OFF", "CHAINS");
        for (JsonNode port : ports) {
            table.row(
                    port.path("name").asText(),
                    port.path("bridge").asText(),
                    port.path("state").asText(),
                    port.path("number").asText("-"),
                    port.path("addedByUs").asBoolean() ? "yes" : "adopted",
                    join(port.path("offloadsOff")),
                    join(port.path("chains")));
        }
        output.print(terminal(), ports, table);
        return 0;
    }

    private static String join(JsonNode words) {
        List<String> list = new ArrayList<>();
        words.forEach(word -> list.add(word.asText()));
        return list.isEmpty() ? "-" : String.join(" ", list);
    }
}
