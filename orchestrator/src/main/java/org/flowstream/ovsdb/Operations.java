package org.flowstream.ovsdb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The operations of one transaction under construction (RFC 7047, section 5.2). */
final class Operations {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final List<ObjectNode> operations = new ArrayList<>();

    List<ObjectNode> toList() {
        return List.copyOf(operations);
    }

    int size() {
        return operations.size();
    }

    /** Inserts a row, which later operations name by {@code rowName}. */
    Operations insert(String table, String rowName, ObjectNode row) {
        add("insert", table).put("uuid-name", rowName).set("row", row);
        return this;
    }

    /** Fails the whole, at once, unless the row that the conditions find has this value in one column. */
    Operations require(String table, ArrayNode where, String column, JsonNode value) {
        ObjectNode operation = add("wait", table).put("timeout", 0).put("until", "==");
        operation.set("where", where);
        operation.set("columns", JSON.arrayNode().add(column));
        operation.set("rows", JSON.arrayNode().add(JSON.objectNode().set(column, value)));
        return this;
    }

    /** Sets a column of the rows that the conditions find. */
    Operations update(String table, ArrayNode where, String column, JsonNode value) {
        ObjectNode operation = add("update", table);
        operation.set("where", where);
        operation.set("row", JSON.objectNode().set(column, value));
        return this;
    }

    /** Adds to or takes from ({@code insert}, {@code delete}) a set or map, or counts up ({@code +=}). */
    Operations mutate(String table, ArrayNode where, String column, String mutator, JsonNode value) {
        ArrayNode mutation = JSON.arrayNode().add(column).add(mutator).add(value);
        ObjectNode operation = add("mutate", table);
        operation.set("where", where);
        operation.set("mutations", JSON.arrayNode().add(mutation));
        return this;
    }

    /** Reads a column of the rows that the conditions find. */
    Operations select(String table, ArrayNode where, String column) {
        ObjectNode operation = add("select", table);
        operation.set("where", where);
        operation.set("columns", JSON.arrayNode().add(column));
        return this;
    }

    private ObjectNode add(String name, String table) {
        ObjectNode operation = JSON.objectNode().put("op", name).put("table", table);
        operations.add(operation);
        return operation;
    }

    static ArrayNode everyRow() {
        return JSON.arrayNode();
    }

    static ArrayNode where(String column, JsonNode value) {
        return JSON.arrayNode().add(condition(column, "==", value));
    }

    static ArrayNode condition(String column, String function, JsonNode value) {
        return JSON.arrayNode().add(column).add(function).add(value);
    }

    static JsonNode text(String text) {
        return JSON.textNode(text);
    }

    static ArrayNode uuid(String uuid) {
        return JSON.arrayNode().add("uuid").add(uuid);
    }

    static ArrayNode named(String rowName) {
        return JSON.arrayNode().add("named-uuid").add(rowName);
    }

    static ArrayNode set(Collection<? extends JsonNode> items) {
        return JSON.arrayNode().add("set").add(JSON.arrayNode().addAll(items));
    }

    static ArrayNode map(Map<String, String> pairs) {
        ArrayNode items = JSON.arrayNode();
        pairs.forEach((key, value) -> items.add(JSON.arrayNode().add(key).add(value)));
        return JSON.arrayNode().add("map").add(items);
    }
}
