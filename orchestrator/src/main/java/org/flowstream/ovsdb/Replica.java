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
import java.util.stream.IntStream;

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
    /** Ports as they were read, by row: of many, one update changes few. */
    private final Map<String, Read> read = new HashMap<>();

    /** A port, and what it was read from. */
    @SuppressWarnings(
            "ReferenceEquality") // an update puts a new node in the old one's place; comparing text would cost more
    private record Read(JsonNode row, List<JsonNode> interfaces, ObservedPort port) {
        boolean isOf(String bridge, JsonNode otherRow, List<JsonNode> otherInterfaces) {
            return port.bridge().equals(bridge) && row == otherRow && sameNodes(interfaces, otherInterfaces);
        }

        private static boolean sameNodes(List<JsonNode> some, List<JsonNode> others) {
            return some.size() == others.size()
                    && IntStream.range(0, some.size()).allMatch(i -> some.get(i) == others.get(i));
        }
    }

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
        read.keySet().retainAll(rows(PORT).keySet());
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
        List<String> names = Columns.uuids(row.path("interfaces")).stream()
                .filter(rows(INTERFACE)::containsKey)
                .toList();
        List<JsonNode> found = names.stream().map(rows(INTERFACE)::get).toList();
        Read before = read.get(uuid);
        if (before != null && before.isOf(bridge, row, found)) {
            return before.port;
        }
        List<ObservedInterface> interfaces = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            interfaces.add(anInterface(names.get(i), found.get(i)));
        }
        ObservedPort port = new ObservedPort(
                uuid, row.path("name").asText(), bridge, Tags.read(Columns.map(row.path("external_ids"))), interfaces);
        read.put(uuid, new Read(row, found, port));
        return port;
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
