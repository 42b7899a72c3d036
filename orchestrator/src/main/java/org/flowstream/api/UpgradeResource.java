package org.flowstream.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.flowstream.model.Name;
import org.flowstream.operation.CancelException;
import org.flowstream.operation.Operations;
import org.flowstream.operation.UpgradeStep;
import org.flowstream.operation.Upgrades;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.WorldException;

/** {@code /v1/upgrade}: middleboxes on the runtime of another version, and bringing them onto that of this daemon. */
public final class UpgradeResource {
    private final Declarations declarations;
    private final Upgrades upgrades;
    private final OperationWaits waits;

    public UpgradeResource(Declarations declarations, Upgrades upgrades, Operations operations) {
        this.declarations = declarations;
        this.upgrades = upgrades;
        this.waits = new OperationWaits(operations);
    }

    public List<Route> routes() {
        return List.of(new Route("GET", "/v1/upgrade", this::plan), new Route("POST", "/v1/upgrade", this::upgrade));
    }

    private Optional<Name> chain(Call call) {
        Optional<Name> chain = call.query("chain", Name::parse);
        chain.filter(name -> declarations.chain(name).isEmpty()).ifPresent(name -> {
            throw ApiProblem.notFound("there is no chain '" + name + "'", "flowstream chain ls");
        });
        return chain;
    }

    private Answer plan(Call call) {
        ArrayNode steps = Json.array();
        try {
            upgrades.plan(chain(call)).forEach(step -> steps.add(view(step)));
        } catch (WorldException e) {
            throw ChainResource.unavailable(e);
        }
        return Answer.ok(steps);
    }

    private static ObjectNode view(UpgradeStep step) {
        ObjectNode view = Json.object()
                .put("middlebox", step.from().name().toString())
                .put("chain", step.chain().toString())
                .put("owner", step.owner().toString())
                .put("template", step.from().template())
                .put("image", step.from().image().toString())
                .put("runtime", step.runtime())
                .put("effect", step.effect().map(Enum::toString).orElse("left alone"))
                .put("reason", step.reason());
        step.to()
                .ifPresent(to -> view.put("newTemplate", to.template())
                        .put("newImage", to.image().toString()));
        return view;
    }

    private Answer upgrade(Call call) throws InterruptedException {
        Optional<Name> chain = chain(call);
        Declaring.refuseWhilePending(declarations);
        try {
            return waits.answer(upgrades.begin(chain), call);
        } catch (CancelException e) {
            throw OperationWaits.refused(e);
        } catch (WorldException e) {
            throw ChainResource.unavailable(e);
        }
    }
}
