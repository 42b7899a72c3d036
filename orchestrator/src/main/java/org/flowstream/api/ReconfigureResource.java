package org.flowstream.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.image.ImageException;
import org.flowstream.image.ImageStore;
import org.flowstream.image.Manifest;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.Change;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.RunState;
import org.flowstream.model.TemplateOrigin;
import org.flowstream.model.Trial;
import org.flowstream.net.FlowMatch;
import org.flowstream.operation.CancelException;
import org.flowstream.operation.Operations;
import org.flowstream.operation.Reconfigurations;
import org.flowstream.plan.Effect;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Pass;

/** {@code /v1/middleboxes/NAME/reconfigure}: another configuration for a running middlebox, on the wires that it has. */
public final class ReconfigureResource {
    private final Declarations declarations;
    private final Declaring declaring;
    private final Reconfigurations reconfigurations;
    private final OperationWaits waits;
    private final ImageStore images;

    public ReconfigureResource(
            Declarations declarations,
            Declaring declaring,
            Reconfigurations reconfigurations,
            Operations operations,
            ImageStore images) {
        this.declarations = declarations;
        this.declaring = declaring;
        this.reconfigurations = reconfigurations;
        this.waits = new OperationWaits(operations);
        this.images = images;
    }

    public List<Route> routes() {
        return List.of(new Route("POST", "/v1/middleboxes/{name}/reconfigure", this::reconfigure));
    }

    /**
     * What a middlebox is to be made from.
     *
     * @param parameters those that are not as the template has them
     * @param returnFlow of its chain; empty where it stays
     * @param restart whether it may be started anew, where it cannot take the image while it runs
     */
    record Request(
            ImageDigest image,
            TemplateOrigin origin,
            Map<String, JsonNode> parameters,
            String returnFlow,
            boolean restart) {
        Request {
            parameters = Map.copyOf(parameters);
        }
    }

    private Answer reconfigure(Call call) throws InterruptedException {
        Name name = call.path("name", Name::parse);
        Request request = call.body(Request.class);
        try {
            return waits.answer(begin(name, request), call);
        } catch (CancelException e) {
            throw OperationWaits.refused(e);
        }
    }

    private org.flowstream.model.Operation begin(Name name, Request request) {
        synchronized (declaring) {
            Declaring.refuseWhilePending(declarations);
            DeclaredChain chain = chain(name);
            MiddleboxSpec before = middlebox(chain.spec(), name).orElseThrow(() -> absent(name));
            MiddleboxSpec after = madeFrom(before, request);
            ChainSpec changed = chain.spec().with(after);
            ChainSpec wanted = request.returnFlow().isEmpty()
                    ? changed
                    : changed.withReturnFlow(FlowMatch.parse(request.returnFlow()));
            Pass pass = declaring.check(new Change(List.of(wanted), List.of(), List.of(), List.of(), List.of()));
            Effect effect = Effect.of(pass.plan().actions(), chain.name(), chain.machine(name), name);
            if (effect == Effect.RESTARTS && !request.restart()) {
                throw ApiProblem.conflict(
                        "middlebox '" + name + "' would be started anew, and lose what it holds of its flows: "
                                + whyNotHot(before, after),
                        "flowstream reconfigure with --allow-restart");
            }
            return reconfigurations.begin(new Trial(chain.spec(), wanted), name);
        }
    }

    private DeclaredChain chain(Name name) {
        DeclaredChain chain = declarations.all().stream()
                .filter(it -> middlebox(it.spec(), name).isPresent())
                .filter(it -> !it.spec().spec().part().isPooled())
                .findFirst()
                .orElseThrow(() -> absent(name));
        if (chain.spec().spec().state() != RunState.RUNNING) {
            throw ApiProblem.conflict(
                    "chain '" + chain.name() + "' is " + chain.spec().spec().state()
                            + ": nothing could tell whether the" + " new configuration works",
                    "flowstream start " + chain.name());
        }
        if (chain.spec().spec().isOnDemand() || !chain.spec().spec().part().isWhole()) {
            throw ApiProblem.conflict(
                    "the machines of '" + name + "' come with packets: each holds flows of its own",
                    "flowstream apply, which ends those that serve now");
        }
        return chain;
    }

    private static Optional<MiddleboxSpec> middlebox(ChainSpec chain, Name name) {
        return chain.spec().middleboxes().stream()
                .filter(middlebox -> middlebox.name().equals(name))
                .findFirst();
    }

    private static ApiProblem absent(Name name) {
        return ApiProblem.notFound("there is no middlebox '" + name + "'", "flowstream ps");
    }

    private Manifest manifest(ImageDigest digest) {
        try {
            return images.get(digest).manifest();
        } catch (ImageException e) {
            throw ApiProblem.refused(String.valueOf(e.getMessage()), "flowstream image ls");
        }
    }

    private MiddleboxSpec madeFrom(MiddleboxSpec before, Request request) {
        Manifest manifest = manifest(request.image());
        List<String> has = before.devices().stream()
                .map(device -> device.device() + " (" + device.mode() + ")")
                .toList();
        List<String> wants = manifest.devices().stream()
                .map(device -> device.name() + " (" + device.mode() + ")")
                .toList();
        if (!has.equals(wants)) {
            throw ApiProblem.refused(
                    "middlebox '" + before.name() + "' has the devices " + String.join(", ", has)
                            + ", and the new configuration " + String.join(", ", wants),
                    "flowstream apply, with the wires of the new devices");
        }
        // Health that a document set otherwise than the template stays.
        boolean ordinary = MiddleboxResource.manifest(images, before.image())
                .filter(it -> it.health().equals(before.health()))
                .isPresent();
        return before.madeFrom(
                manifest.template() + " " + manifest.version(),
                request.origin(),
                request.parameters(),
                request.image(),
                manifest.guest().kind(),
                Math.max(before.memoryMib(), Math.toIntExact(manifest.memory() >> 20)),
                ordinary ? manifest.health() : before.health());
    }

    private String whyNotHot(MiddleboxSpec before, MiddleboxSpec after) {
        if (before.guest().isForeign() || after.guest().isForeign()) {
            return "what is the user's own takes no configuration while it runs";
        }
        if (after.memoryMib() > before.memoryMib()) {
            return "the new configuration needs " + after.memoryMib() + " MiB, and it has " + before.memoryMib();
        }
        return manifest(before.image()).runtime().equals(manifest(after.image()).runtime())
                ? "it does not say what it runs (flowstream inspect " + before.name() + ")"
                : "its runtime is another than that of the new image, or lacks element classes of it";
    }
}
