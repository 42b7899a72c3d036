package org.flowstream.document;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.Durations;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.Instances;
import org.flowstream.model.Limits;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.StartMode;
import org.flowstream.model.TemplateOrigin;
import org.flowstream.model.WireEnd;

/** From a chain to a document that makes it again, with everything left out that is so by itself. */
public final class ChainWriter {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final ChainSpec chain;
    private final List<MiddleboxSpec> middleboxes;

    private ChainWriter(ChainSpec chain) {
        this.chain = chain;
        this.middleboxes = chain.spec().middleboxes();
    }

    /**
     * The document. A middlebox of a stock template names it; of any other one, the digest of its image.
     *
     * @param ownBridge that needs no mention
     */
    public static ObjectNode write(ChainSpec chain, BridgeName ownBridge) {
        return new ChainWriter(chain).document(ownBridge);
    }

    private ObjectNode document(BridgeName ownBridge) {
        ObjectNode document = JSON.objectNode()
                .put("apiVersion", chain.apiVersion())
                .put("kind", chain.kind())
                .put("name", chain.name().toString())
                .put("owner", chain.owner().toString());
        ChainSpec.Spec from = chain.spec();
        ObjectNode spec = document.putObject("spec");
        if (!from.bridge().equals(ownBridge)) {
            spec.put("bridge", from.bridge().toString());
        }
        Optional<List<String>> between = between();
        between.ifPresent(ports -> {
            ArrayNode list = spec.putArray("between");
            ports.forEach(list::add);
        });
        if (!from.flow().isAny()) {
            spec.put("flow", from.flow().toString());
        }
        boolean stock = middleboxes.stream().allMatch(it -> it.origin() == TemplateOrigin.STOCK);
        if (!stock && !from.returnFlow().equals(from.flow().reversed())) {
            spec.put("returnFlow", from.returnFlow().toString());
        }
        if (from.priority() != ChainSpec.Spec.DEFAULT_PRIORITY) {
            spec.put("priority", from.priority());
        }
        if (from.instances() != Instances.ONE) {
            spec.put("instances", from.instances().toString());
        }
        if (from.start() != StartMode.NOW) {
            spec.put("start", from.start().toString());
        }
        if (!from.idle().equals(ChainSpec.Spec.DEFAULT_IDLE)) {
            spec.put("idle", Durations.text(from.idle()));
        }
        spec.put("failure", from.failure().toString());
        if (!from.limits().equals(Limits.STANDARD)) {
            spec.putObject("limits")
                    .put("instances", from.limits().instances())
                    .put("newPerSecond", from.limits().newPerSecond());
        }
        ArrayNode list = spec.putArray("middleboxes");
        middleboxes.forEach(it -> list.add(middlebox(it, between.isPresent())));
        return document;
    }

    /** The ports of the sides, where the chain is wired as it is by itself; a third device is named all the same. */
    private Optional<List<String>> between() {
        List<String> ports = new ArrayList<>();
        for (int place = 0; place < middleboxes.size(); place++) {
            List<DeviceWiring> devices = middleboxes.get(place).devices();
            for (int device = 0; device < Math.min(2, devices.size()); device++) {
                int neighbour = device == 0 ? place - 1 : place + 1;
                WireEnd end = devices.get(device).to();
                if (neighbour < 0 || neighbour == middleboxes.size()) {
                    if (!(end instanceof WireEnd.ToPort)) {
                        return Optional.empty();
                    }
                    ports.add(end.text());
                } else if (!end.equals(device(neighbour, 1 - device).orElse(null))) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(ports);
    }

    private Optional<WireEnd> device(int place, int device) {
        MiddleboxSpec middlebox = middleboxes.get(place);
        return middlebox.devices().size() > device
                ? Optional.of(new WireEnd.ToDevice(
                        middlebox.name(), middlebox.devices().get(device).device()))
                : Optional.empty();
    }

    private ObjectNode middlebox(MiddleboxSpec from, boolean linear) {
        ObjectNode box = JSON.objectNode();
        if (middleboxes.size() > 1 || !from.name().equals(chain.name())) {
            box.put("name", from.name().toString());
        }
        if (from.origin() == TemplateOrigin.STOCK) {
            box.put("template", from.templateName());
            if (!from.parameters().isEmpty()) {
                ObjectNode parameters = box.putObject("parameters");
                from.parameters().forEach(parameters::set);
            }
        } else {
            box.put("image", from.image().toString());
        }
        if (from.hypervisor() != HypervisorChoice.AUTO) {
            box.put("hypervisor", from.hypervisor().toString());
        }
        box.put("memory", from.memoryMib() + " MiB");
        ObjectNode health = box.putObject("health");
        ArrayNode ready = health.putArray("ready");
        from.health().ready().forEach(level -> ready.add(level.toString()));
        health.put("heartbeat", Durations.text(from.health().heartbeat()));
        List<DeviceWiring> named = linear
                ? from.devices()
                        .subList(
                                Math.min(2, from.devices().size()),
                                from.devices().size())
                : from.devices();
        if (!named.isEmpty()) {
            ObjectNode devices = box.putObject("devices");
            named.forEach(it -> devices.put(it.device(), it.to().text()));
        }
        return box;
    }
}
