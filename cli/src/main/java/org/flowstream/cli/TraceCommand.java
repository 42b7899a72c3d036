package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.flowstream.process.PcapFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flowstream trace}: where a packet goes and why. */
@Command(
        name = "trace",
        description = {
            "Tells hop by hop where a packet would go, and why: through the switch, then through each middlebox's own"
                    + " image. No packet is sent and nothing changes.",
            "MATCH is written as for ovs-ofctl, with in_port=NAME for the external port by which the packet comes; what it"
                    + " leaves open is chosen, and told. Each packet of a PCAP is traced by itself."
        },
        footer = {
            "",
            "Example:",
            "  flowstream trace tcp,in_port=uplink,nw_dst=10.0.0.2,tp_dst=22",
            "  flowstream trace --port uplink --count 3 packets.pcap"
        })
final class TraceCommand extends DaemonCommand {
    private static final String IN_PORT = "in_port=";
    private static final int MOST = 100;

    @Parameters(paramLabel = "MATCH|PCAP", description = "A flow, or a file of packets.")
    private String packet;

    @Option(names = "--port", paramLabel = "NAME", defaultValue = "", description = "Where the packets come in.")
    private String port = "";

    @Option(
            names = "--count",
            paramLabel = "COUNT",
            defaultValue = "10",
            description = "The first so many packets of a file, 1 to 100 (default: ${DEFAULT-VALUE}).")
    private int count;

    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        Path file = Path.of(packet);
        JsonNode traces = client().post("/v1/trace", Files.isRegularFile(file) ? frames(file) : match());
        if (output.json()) {
            out().println(traces.toPrettyString());
            return 0;
        }
        int number = 0;
        for (JsonNode trace : traces) {
            if (traces.size() > 1) {
                out().println((number == 0 ? "" : System.lineSeparator()) + "Packet " + ++number);
            }
            print(trace);
        }
        return 0;
    }

    private ObjectNode match() {
        List<String> fields = new ArrayList<>();
        String in = port;
        for (String field : packet.split("[,\\s]+", -1)) {
            if (field.startsWith(IN_PORT)) {
                in = field.substring(IN_PORT.length());
            } else {
                fields.add(field);
            }
        }
        ObjectNode request = request(in, String.join(",", fields));
        request.putArray("frames");
        return request;
    }

    private static ObjectNode request(String port, String match) {
        if (port.isEmpty()) {
            throw CommandFailure.usage("where does the packet come in? say in_port=NAME or --port NAME"
                    + " (flowstream port ls lists the ports)");
        }
        return JsonNodeFactory.instance.objectNode().put("port", port).put("match", match);
    }

    private ObjectNode frames(Path file) {
        if (count < 1 || count > MOST) {
            throw CommandFailure.usage("--count " + count + ": from 1 to " + MOST + " packets are traced");
        }
        ObjectNode request = request(port, "");
        ArrayNode frames = request.putArray("frames");
        try {
            PcapFile.read(file).stream()
                    .limit(count)
                    .forEach(entry -> frames.add(HexFormat.of().formatHex(entry.frame())));
        } catch (IOException e) {
            throw new CommandFailure(file + " cannot be read: " + e.getMessage());
        }
        if (frames.isEmpty()) {
            throw new CommandFailure(file + " has no packets");
        }
        return request;
    }

    private void print(JsonNode trace) {
        out().println(trace.path("packet").asText());
        List<String> chosen = new ArrayList<>();
        trace.path("chosen").forEach(each -> chosen.add(each.asText()));
        if (!chosen.isEmpty()) {
            out().println("  chosen: " + String.join(", ", chosen));
        }
        Table table = new Table("", "", "");
        for (JsonNode hop : trace.path("hops")) {
            rows(table, hop);
        }
        out().print(table.render());
        List<String> verdict = new ArrayList<>();
        trace.path("verdict").forEach(each -> verdict.add(each.asText()));
        out().println(String.join(" ", verdict));
    }

    private static void rows(Table table, JsonNode hop) {
        boolean ofSwitch = hop.path("where").asText().equals("switch");
        List<String> way = new ArrayList<>();
        hop.path("way").forEach(stage -> way.add(ofSwitch ? table(stage) : element(stage)));
        List<String> ends = new ArrayList<>();
        hop.path("ends").forEach(end -> ends.add(end.path("text").asText() + delay(end)));
        String what = hop.path("what").asText();
        String first = String.format("%2d", hop.path("number").asInt());
        String whole =
                (what.isEmpty() ? "" : what + " (from " + hop.path("after").asInt() + "): ")
                        + String.join(ofSwitch ? "; " : " → ", way);
        table.row(first, hop.path("where").asText(), (whole + "  " + String.join(", ", ends)).strip());
        for (JsonNode end : hop.path("ends")) {
            if (!end.path("packet").asText().isEmpty()) {
                table.row("", "", "  rewritten: " + end.path("packet").asText());
            }
        }
        hop.path("notes").forEach(note -> table.row("", "", "  " + note.asText()));
    }

    private static String table(JsonNode stage) {
        String rule = stage.path("rule").asText();
        int comma = rule.indexOf(',');
        return stage.path("name").asText() + ": " + stage.path("kind").asText()
                + (rule.isEmpty()
                        ? ""
                        : " (" + (comma < 0 ? rule : rule.substring(0, comma)) + ", cookie "
                                + stage.path("place").asText() + ")");
    }

    private static String element(JsonNode stage) {
        String rule = stage.path("rule").asText();
        return stage.path("name").asText()
                + (rule.isEmpty() ? "" : ": " + rule)
                + (stage.path("rewrote").asBoolean() ? " (rewrites)" : "");
    }

    private static String delay(JsonNode end) {
        long nanos = end.path("afterNanos").asLong();
        return nanos == 0 ? "" : " after " + Quantities.took(java.time.Duration.ofNanos(nanos));
    }
}
