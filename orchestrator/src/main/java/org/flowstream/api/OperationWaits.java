package org.flowstream.api;

import java.time.Duration;
import java.util.Optional;
import org.flowstream.model.Operation;
import org.flowstream.operation.CancelException;
import org.flowstream.operation.Operations;

/** How requests wait for the operations that they begin, and what they say when these do not come about. */
final class OperationWaits {
    private final Operations operations;

    OperationWaits(Operations operations) {
        this.operations = operations;
    }

    /** How long the client waits. */
    static Duration patience(Call call) {
        return Duration.ofSeconds(call.query("wait", Integer::parseInt).orElse(0));
    }

    /** The answer of a request that began an operation: at its end, or at once where the client does not wait. */
    Answer answer(Operation begun, Call call) throws InterruptedException {
        Duration patience = patience(call);
        return patience.isZero()
                ? new Answer.Value(202, OperationResource.view(operations, begun))
                : Answer.ok(OperationResource.view(operations, done(begun, patience)));
    }

    /** Waits until an operation is done; when it fails, or is not done in time, that is the request's failure too. */
    Operation done(Operation begun, Duration patience) throws InterruptedException {
        Optional<Operation> ended = operations.await(begun.id(), patience);
        if (ended.isEmpty()) {
            throw ApiProblem.unavailable(late(begun, patience), "flowstream operation wait " + begun.id());
        }
        return switch (ended.get().state()) {
            case DONE, RUNNING -> ended.get();
            case FAILED -> throw ApiProblem.refused(ended.get().outcome(), "flowstream operation show " + begun.id());
            case CANCELLED ->
                throw ApiProblem.conflict(
                        "operation " + begun.id() + " was cancelled: "
                                + ended.get().outcome(),
                        "flowstream events");
        };
    }

    /** What cannot be begun or cancelled now, as a problem. */
    static ApiProblem refused(CancelException e) {
        return ApiProblem.conflict(String.valueOf(e.getMessage()), e.cure());
    }

    /** What was waited for in vain. */
    String late(Operation operation, Duration patience) {
        return operations
                .waitsFor(operation.id())
                .map(waits -> waits.missing() + " after " + patience.toSeconds() + " s: " + waits.why())
                .orElse("operation " + operation.id() + " goes on after " + patience.toSeconds() + " s");
    }
}
