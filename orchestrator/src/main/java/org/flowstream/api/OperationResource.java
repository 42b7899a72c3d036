package org.flowstream.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.flowstream.model.Name;
import org.flowstream.model.Operation;
import org.flowstream.operation.CancelException;
import org.flowstream.operation.Operations;

/** {@code /v1/operations}: what was asked for and changes the world over time. */
public final class OperationResource {
    private final Operations operations;

    public OperationResource(Operations operations) {
        this.operations = operations;
    }

    public List<Route> routes() {
        return List.of(
                new Route("GET", "/v1/operations", this::list),
                new Route("GET", "/v1/operations/{id}", this::show),
                new Route("POST", "/v1/operations/{id}/cancel", this::cancel));
    }

    private Answer list(Call call) {
        boolean running = call.flag("running");
        Optional<Name> chain = call.query("chain", Name::parse);
        ArrayNode list = Json.array();
        operations.list().stream()
                .filter(operation -> !running || operation.isRunning())
                .filter(operation -> chain.isEmpty() || operation.chains().contains(chain.get()))
                .forEach(operation -> list.add(view(operations, operation)));
        return Answer.ok(list);
    }

    /** At its end, or after the time that the client waits. */
    private Answer show(Call call) throws InterruptedException {
        Operation operation = known(call);
        Duration patience = OperationWaits.patience(call);
        if (!patience.isZero()) {
            operations.await(operation.id(), patience);
        }
        return Answer.ok(view(operations, operations.operation(operation.id()).orElse(operation)));
    }

    private Answer cancel(Call call) {
        try {
            return Answer.ok(view(operations, operations.cancel(known(call))));
        } catch (CancelException e) {
            throw OperationWaits.refused(e);
        }
    }

    private Operation known(Call call) {
        long id = call.path("id", Long::parseLong);
        return operations
                .operation(id)
                .orElseThrow(() -> ApiProblem.notFound("there is no operation " + id, "flowstream operation ls"));
    }

    /** An operation as the interface shows it. */
    static ObjectNode view(Operations operations, Operation operation) {
        ObjectNode view = Json.object()
                .put("id", operation.id())
                .put("kind", operation.kind().toString())
                .put("owner", operation.owner().toString())
                .put("subject", operation.subject())
                .put("state", operation.state().toString())
                .put("begin", operation.begin().toString());
        Optional.ofNullable(operation.end()).ifPresent(end -> view.put("end", end.toString()));
        ArrayNode chains = view.putArray("chains");
        operation.chains().forEach(chain -> chains.add(chain.toString()));
        ArrayNode stages = view.putArray("stages");
        operation
                .stages()
                .forEach(stage -> stages.addObject()
                        .put("name", stage.chain().toString())
                        .put("stage", stage.stage())
                        .put("detail", stage.detail())
                        .put("took", stage.nanos()));
        view.put("outcome", operation.outcome());
        if (operation.isRunning()) {
            operations
                    .waitsFor(operation.id())
                    .ifPresent(waits -> view.put("waitsFor", waits.missing() + ": " + waits.why()));
        }
        return view;
    }
}
