package org.flowstream.document;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.document.Document.ChainDocument;
import org.flowstream.document.Document.MiddleboxDocument;
import org.flowstream.document.Document.PoolDocument;
import org.flowstream.document.Document.PortDocument;
import org.flowstream.document.Document.SourceKind;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.Durations;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.Instances;
import org.flowstream.model.Limits;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.PoolSpec;
import org.flowstream.model.PortName;
import org.flowstream.model.PortSpec;
import org.flowstream.model.StartMode;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;
import org.flowstream.problem.Position;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.template.Assignment;
import org.flowstream.template.JsonReader;
import org.flowstream.template.JsonSchema;
import org.flowstream.template.JsonValue;
import org.flowstream.template.JsonValue.JsonList;
import org.flowstream.template.JsonValue.JsonObject;

/** Reads documents; all that is wrong with all of them is found at once. */
public final class Documents {
    private static final Duration SHORTEST_IDLE = Duration.ofSeconds(1);
    private static final Duration LONGEST_IDLE = Duration.ofHours(24);

    private final JsonSchema schema = DeclarationSchema.schema();
    private final BridgeName ownBridge;
    private final Problems problems;
    private final List<Document> documents = new ArrayList<>();
    private final Map<String, Position> places = new HashMap<>();

    private Documents(BridgeName ownBridge, Problems problems) {
        this.ownBridge = ownBridge;
        this.problems = problems;
    }

    /**
     * The objects in files, in order. Those that are wrong in themselves are left out.
     *
     * @param ownBridge of objects that name none
     */
    public static List<Document> read(List<SourceText> files, BridgeName ownBridge, Problems problems) {
        Documents reader = new Documents(ownBridge, problems);
        files.forEach(reader::file);
        return List.copyOf(reader.documents);
    }

    private void file(SourceText source) {
        for (JsonValue value : JsonReader.readAll(source, problems)) {
            List<JsonValue> objects = value instanceof JsonList list ? list.items() : List.of(value);
            for (JsonValue each : objects) {
                schema.check(each, source, problems);
                if (each instanceof JsonObject object) {
                    object(new Fields(object, "", source, problems));
                }
            }
        }
    }

    private void object(Fields fields) {
        String kind = fields.text("kind").map(JsonValue.JsonText::text).orElse("");
        fields.text("name").ifPresent(name -> {
            Position place = fields.source().position(name.offset());
            Position before = places.putIfAbsent(kind + " " + name.text(), place);
            if (before != null) {
                fields.problem(name, "name", kind + " '" + name.text() + "' is there twice, first in " + before);
            }
        });
        Owner owner = fields.parsed("owner", Owner::parse).orElse(Owner.OPERATOR);
        Fields spec = fields.child("spec")
                .orElseGet(() -> new Fields(new JsonObject(List.of(), 0, 1), "spec", fields.source(), new Problems()));
        switch (kind) {
            case ChainSpec.KIND ->
                fields.parsed("name", Name::parse).ifPresent(name -> documents.add(chain(name, owner, spec)));
            case PortSpec.KIND ->
                fields.parsed("name", PortName::parse)
                        .ifPresent(name -> documents.add(new PortDocument(PortSpec.of(
                                name, owner, new PortSpec.Spec(bridge(spec), spec.isTrue("moveAddresses"))))));
            case PoolSpec.KIND ->
                fields.parsed("name", Name::parse)
                        .ifPresent(name -> pool(name, owner, spec).ifPresent(documents::add));
            default -> {
                // the schema has said so
            }
        }
    }

    private BridgeName bridge(Fields spec) {
        return spec.parsed("bridge", BridgeName::parse).orElse(ownBridge);
    }

    private static HypervisorChoice hypervisor(Fields fields) {
        return fields.word("hypervisor", HypervisorChoice::parse).orElse(HypervisorChoice.AUTO);
    }

    private static Optional<Integer> memory(Fields fields) {
        return fields.text("memory")
                .map(it -> it.text().replace("MiB", "").strip())
                .filter(it -> it.matches("[0-9]{1,6}"))
                .map(Integer::valueOf);
    }

    private static Optional<PoolDocument> pool(Name name, Owner owner, Fields spec) {
        return spec.attempt(
                spec.at("memory"),
                spec.path(),
                () -> new PoolDocument(PoolSpec.of(
                        name,
                        owner,
                        new PoolSpec.Spec(
                                PoolSpec.RUNTIME,
                                spec.integer("size", 0, 1024, 0),
                                memory(spec).orElse(MiddleboxSpec.DEFAULT_MEMORY_MIB),
                                hypervisor(spec)))));
    }

    private ChainDocument chain(Name name, Owner owner, Fields spec) {
        List<PortName> between = new ArrayList<>();
        spec.texts("between")
                .forEach(text -> spec.attempt(text, spec.join("between"), () -> PortName.parse(text.text()))
                        .ifPresent(between::add));
        Duration idle = spec.parsed("idle", Durations::parse).orElse(ChainSpec.Spec.DEFAULT_IDLE);
        if (idle.compareTo(SHORTEST_IDLE) < 0 || idle.compareTo(LONGEST_IDLE) > 0) {
            spec.problem(spec.at("idle"), spec.join("idle"), Durations.text(idle) + " is not within 1s to 24h");
            idle = ChainSpec.Spec.DEFAULT_IDLE;
        }
        Limits limits = spec.child("limits")
                .map(it -> new Limits(
                        it.integer("instances", 1, Limits.MOST_INSTANCES, Limits.STANDARD.instances()),
                        it.integer("newPerSecond", 1, Limits.MOST_NEW, Limits.STANDARD.newPerSecond())))
                .orElse(Limits.STANDARD);
        return new ChainDocument(
                name,
                owner,
                bridge(spec),
                between,
                spec.parsed("flow", FlowMatch::parse).orElse(FlowMatch.ANY),
                spec.parsed("returnFlow", FlowMatch::parse),
                spec.integer("priority", 0, 9999, ChainSpec.Spec.DEFAULT_PRIORITY),
                spec.word("instances", Instances::parse).orElse(Instances.ONE),
                spec.word("start", StartMode::parse).orElse(StartMode.NOW),
                idle,
                spec.word("failure", FailurePolicy::parse).orElse(FailurePolicy.CLOSED),
                limits,
                spec.children("middleboxes").stream()
                        .flatMap(it -> middlebox(it).stream())
                        .toList(),
                spec);
    }

    private static Optional<MiddleboxDocument> middlebox(Fields fields) {
        List<SourceKind> kinds = List.of(SourceKind.values()).stream()
                .filter(kind -> fields.object().member(word(kind)).isPresent())
                .toList();
        if (kinds.size() != 1) {
            fields.problem(
                    fields.object(),
                    fields.path(),
                    kinds.isEmpty()
                            ? "member \"template\", \"click\" or \"image\" is missing"
                            : "\"" + word(kinds.get(0)) + "\" and \"" + word(kinds.get(1))
                                    + "\": expected one of them");
            return Optional.empty();
        }
        List<Assignment> parameters = new ArrayList<>();
        fields.child("parameters")
                .ifPresent(it -> it.object()
                        .members()
                        .forEach(member -> parameters.add(new Assignment.Json(member, it.source()))));
        Map<String, WireEnd> devices = new LinkedHashMap<>();
        fields.child("devices")
                .ifPresent(it -> it.object()
                        .members()
                        .forEach(member -> it.parsed(member.name(), WireEnd::parse)
                                .ifPresent(end -> devices.put(member.name(), end))));
        Optional<Fields> health = fields.child("health");
        Optional<List<HealthLevel>> ready = health.filter(
                        it -> it.object().get("ready").isPresent())
                .map(it -> it.texts("ready").stream()
                        .flatMap(text -> List.of(HealthLevel.values()).stream()
                                .filter(level -> level.toString().equals(text.text())))
                        .toList());
        return Optional.of(new MiddleboxDocument(
                fields.parsed("name", Name::parse),
                kinds.get(0),
                fields.text(word(kinds.get(0))).map(JsonValue.JsonText::text).orElse(""),
                parameters,
                devices,
                hypervisor(fields),
                memory(fields),
                ready,
                health.flatMap(it -> it.parsed("heartbeat", Durations::parse)),
                fields));
    }

    private static String word(SourceKind kind) {
        return kind.name().toLowerCase(java.util.Locale.ROOT);
    }
}
