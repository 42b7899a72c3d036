package org.flowstream.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.Durations;
import org.flowstream.model.Name;
import org.flowstream.model.PoolSpec;
import org.flowstream.model.PortSpec;
import org.flowstream.problem.BadValueException;

/**
 * Several objects that are to be as they are written here.
 *
 * @param set what the objects belong to that this makes
 * @param prune whether objects that the set made before and that are not named go
 * @param confirm after how long all of it is taken back unless it is confirmed; empty for never
 * @param session the SSH_CONNECTION of the person who asks; may be empty
 * @param objects of kind Chain, Port or Pool
 */
record ApplyRequest(Name set, boolean prune, String confirm, String session, List<JsonNode> objects) {
    static final Name DEFAULT_SET = Name.parse("default");

    ApplyRequest {
        objects = List.copyOf(objects);
    }

    /** The objects by their kinds. */
    record Objects(List<ChainSpec> chains, List<PortSpec> ports, List<PoolSpec> pools) {}

    Optional<Duration> confirmation() {
        return confirm.isEmpty() ? Optional.empty() : Optional.of(Durations.parse(confirm));
    }

    Objects parsed() {
        Objects parsed = new Objects(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Set<String> seen = new HashSet<>();
        for (JsonNode node : objects) {
            String kind = node.path("kind").asText();
            if (!seen.add(kind + " " + node.path("name").asText())) {
                throw ApiProblem.badRequest(kind + " '" + node.path("name").asText() + "' is there twice");
            }
            switch (kind) {
                case ChainSpec.KIND -> parsed.chains().add(read(node, ChainSpec.class));
                case PortSpec.KIND -> parsed.ports().add(read(node, PortSpec.class));
                case PoolSpec.KIND -> parsed.pools().add(read(node, PoolSpec.class));
                default -> throw ApiProblem.badRequest("'" + kind + "': expected kind Chain, Port or Pool");
            }
        }
        return parsed;
    }

    private static <T> T read(JsonNode node, Class<T> type) {
        try {
            return Json.MAPPER.treeToValue(node, type);
        } catch (JsonProcessingException e) {
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof BadValueException bad) {
                    throw bad;
                }
            }
            throw ApiProblem.badRequest(
                    node.path("kind").asText() + " '" + node.path("name").asText() + "': " + e.getOriginalMessage());
        }
    }
}
