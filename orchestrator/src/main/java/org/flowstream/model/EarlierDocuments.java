package org.flowstream.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.function.Consumer;
import org.flowstream.net.FlowMatch;

/**
 * Members that came with a later version of the form than a document's, filled in as that version meant them: a store or
 * a client of version N-1 is understood by N.
 */
final class EarlierDocuments extends BeanDeserializerModifier {
    private static final long serialVersionUID = 1;

    @Override
    public JsonDeserializer<?> modifyDeserializer(
            DeserializationConfig config, BeanDescription description, JsonDeserializer<?> deserializer) {
        if (description.getBeanClass() == ChainSpec.Spec.class) {
            return new Filling(deserializer, EarlierDocuments::chain);
        }
        return description.getBeanClass() == MiddleboxSpec.class
                ? new Filling(deserializer, EarlierDocuments::middlebox)
                : deserializer;
    }

    private static void chain(ObjectNode spec) {
        if (!spec.has("returnFlow") && spec.path("flow").isTextual()) {
            spec.put(
                    "returnFlow",
                    FlowMatch.parse(spec.path("flow").textValue()).reversed().toString());
        }
        fill(spec, "instances", Instances.ONE.toString());
        fill(spec, "start", StartMode.NOW.toString());
        fill(spec, "idle", Durations.text(ChainSpec.Spec.DEFAULT_IDLE));
        if (!spec.has("limits")) {
            spec.putObject("limits")
                    .put("instances", Limits.STANDARD.instances())
                    .put("newPerSecond", Limits.STANDARD.newPerSecond());
        }
        if (!spec.has("bypassed")) {
            spec.put("bypassed", false);
        }
        fill(spec, "part", Part.WHOLE.toString());
    }

    private static void middlebox(ObjectNode spec) {
        fill(spec, "origin", TemplateOrigin.OTHER.toString());
        fill(spec, "guest", GuestKind.ENGINE.toString());
        if (!spec.has("parameters")) {
            spec.putObject("parameters");
        }
    }

    private static void fill(ObjectNode spec, String member, String value) {
        if (!spec.has(member)) {
            spec.put(member, value);
        }
    }

    /** Reads a tree, fills it up, and hands it on. */
    private static final class Filling extends DelegatingDeserializer {
        private static final long serialVersionUID = 1;

        private final transient Consumer<ObjectNode> fill;

        Filling(JsonDeserializer<?> deserializer, Consumer<ObjectNode> fill) {
            super(deserializer);
            this.fill = fill;
        }

        @Override
        protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> newDelegatee) {
            return new Filling(newDelegatee, fill);
        }

        @Override
        public Object deserialize(JsonParser in, DeserializationContext context) throws IOException {
            JsonNode tree = context.readTree(in);
            if (tree instanceof ObjectNode object) {
                fill.accept(object);
            }
            try (JsonParser again = tree.traverse(in.getCodec())) {
                again.nextToken();
                return super.deserialize(again, context);
            }
        }
    }
}
