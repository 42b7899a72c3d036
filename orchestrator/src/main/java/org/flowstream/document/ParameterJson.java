package org.flowstream.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.flowstream.template.ParameterValue;

/** Values of parameters as documents write them. */
final class ParameterJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private ParameterJson() {}

    static JsonNode of(ParameterValue value) {
        if (value instanceof ParameterValue.NumberValue number) {
            // As a parser makes it, so that equal values are equal nodes.
            return number.number() == (int) number.number()
                    ? JSON.numberNode((int) number.number())
                    : JSON.numberNode(number.number());
        }
        if (value instanceof ParameterValue.BooleanValue bool) {
            return JSON.booleanNode(bool.value());
        }
        if (value instanceof ParameterValue.ListValue list) {
            ArrayNode items = JSON.arrayNode();
            list.items().forEach(item -> items.add(of(item)));
            return items;
        }
        return JSON.textNode(value.shown());
    }
}
