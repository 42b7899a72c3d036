package org.flowstream.ovsdb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Our copy of the rows we follow, kept by table-updates, and its reading as a {@link SwitchView}. One thread at a time. */
final class Replica {
    static final String DATABASE = "Open_vSwitch";
    static final String ROOT = "Open_vSwitch";
    static final String BRIDGE = "Bridge";
    static final String PORT = "Port";
    static final String INTERFACE = "Interface";

    private static final Map<String, List<String>> COLUMNS = Map.of(
            ROOT, List.of("bridges", "next_cfg", "cur_cfg", "ovs_version"),
            BRIDGE, List.of("name", "ports", "datapath_type", "fail_mode", "external_ids"),
            PORT, List.of("name", "interfaces", "external_ids"),
            INTERFACE,
                    List.of(
                            "name",
                            "type",
                            "ofport",
                            "ofport_request",
                            "error",
                            "link_state",
                            "options",
                            "bfd",
                            "bfd_status"));

    private final Map<String, Map<String, JsonNode>> tables = new HashMap<>();

    Replica() {
        COLUMNS.keySet().forEach(table -> tables.put(table, new HashMap<>()));
    }

    /** The monitor-requests object: statistics are left out, they would wake us every few seconds. */
    static ObjectNode requests(ObjectMapper json) {
        ObjectNode requests = json.createObjectNode();
        COLUMNS.forEach((table, columns) -> {
            ArrayNode names = json.createArrayNode();
            columns.forEach(names::add);
            requests.putObject(table).set("columns", names);
        });
        return requests;
    }

    void apply(JsonNode tableUpdates) {
        tableUpdates.properties().forEach(table -> {
            Map<String, JsonNode> rows = tables.computeIfAbsent(table.getKey(), name -> new HashMap<>());
            table.getValue().properties().forEach(row -> {
                JsonNode now = row.getValue().path("new");
                if (now.isMissingNode()) {
                    rows.remove(row.getKey());
                } else {
                    rows.put(row.getKey(), now);
                }
            });
        });
    }

    SwitchView view() {
        JsonNode root = rows(ROOT).values().stream().findFirst().orElse(MissingNode.getInstance());
        List<ObservedBridge> bridges = new ArrayList<>();
        for (String uuid : Columns.uuids(root.path("bridges"))) {
            JsonNode row = rows(BRIDGE).get(uuid);
            if (row != null) {
                bridges.add(bridge(uuid, row));
            }
        }
        bridges.sort(Comparator.comparing(ObservedBridge::name));
        return new SwitchView(
                Columns.text(root.path("ovs_version")),
                root.path("next_cfg").asLong(),
                root.path("cur_cfg").asLong(),
                bridges);
    }

    private ObservedBridge bridge(String uuid, JsonNode row) {
        String name = row.path("name").asText();
        List<ObservedPort> ports = new ArrayList<>();
        for (String each : Columns.uuids(row.path("ports"))) {
            JsonNode port = rows(PORT).get(each);
            if (port != null) {
                ports.add(port(each, name, port));
            }
        }
        ports.sort(Comparator.comparing(ObservedPort::name));
        return new ObservedBridge(
                uuid,
                name,
                row.path("datapath_type").asText(),
                Columns.text(row.path("fail_mode")).orElse(""),
                Columns.map(row.path("external_ids")),
                ports);
    }

    private ObservedPort port(String uuid, String bridge, JsonNode row) {
        List<ObservedInterface> interfaces = new ArrayList<>();
        for (String each : Columns.uuids(row.path("interfaces"))) {
            JsonNode found = rows(INTERFACE).get(each);
            if (found != null) {
                interfaces.add(anInterface(each, found));
            }
        }
        return new ObservedPort(
                uuid, row.path("name").asText(), bridge, Tags.read(Columns.map(row.path("external_ids"))), interfaces);
    }

    private static ObservedInterface anInterface(String uuid, JsonNode row) {
        return new ObservedInterface(
                uuid,
                row.path("name").asText(),
                row.path("type").asText(),
                Columns.integer(row.path("ofport")),
                Columns.integer(row.path("ofport_request")),
                Columns.text(row.path("error")),
                Columns.text(row.path("link_state")).filter("up"::equals).isPresent(),
                Columns.map(row.path("options")),
                Bfd.read(Columns.map(row.path("bfd")), Columns.map(row.path("bfd_status"))));
    }

    private Map<String, JsonNode> rows(String table) {
        return tables.getOrDefault(table, Map.of());
    }
}
