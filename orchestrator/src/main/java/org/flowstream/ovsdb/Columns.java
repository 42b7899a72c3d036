package org.flowstream.ovsdb;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** Values of columns as JSON carries them (RFC 7047, section 5.1): atoms, and sets and maps tagged by their first item. */
final class Columns {
    private Columns() {}

    /** The items of a set; an atom stands for a set of one. */
    static List<JsonNode> set(JsonNode value) {
        List<JsonNode> items = new ArrayList<>();
        if (value.isArray() && value.path(0).asText().equals("set")) {
            value.path(1).forEach(items::add);
        } else if (!value.isMissingNode()) {
            items.add(value);
        }
        return items;
    }

    static List<String> texts(JsonNode value) {
        return set(value).stream().map(JsonNode::asText).toList();
    }

    /** The identities in a set of references to rows. */
    static List<String> uuids(JsonNode value) {
        return set(value).stream().map(each -> each.path(1).asText()).toList();
    }

    /** The item of a set of at most one. */
    static Optional<String> text(JsonNode value) {
        return texts(value).stream().findFirst();
    }

    static OptionalInt integer(JsonNode value) {
        return set(value).stream().mapToInt(JsonNode::asInt).findFirst();
    }

    static Map<String, String> map(JsonNode value) {
        Map<String, String> pairs = new TreeMap<>();
        value.path(1)
                .forEach(pair -> pairs.put(pair.path(0).asText(), pair.path(1).asText()));
        return pairs;
    }
}
