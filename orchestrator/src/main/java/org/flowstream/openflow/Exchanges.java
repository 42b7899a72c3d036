package org.flowstream.openflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Questions that are open, by xid, and the replies and errors that have come for them. */
final class Exchanges {
    private static final int MORE_PARTS = 1;

    private final Map<Integer, Exchange> open = new ConcurrentHashMap<>();

    /** One question: its replies in order, completed by the last; an error completes it exceptionally. */
    static final class Exchange {
        /** Becomes text when it is refused, which few of many are. */
        private final Object asked;

        private final List<Frame> parts = new ArrayList<>();
        private final CompletableFuture<List<Frame>> reply = new CompletableFuture<>();

        private Exchange(Object asked) {
            this.asked = asked;
        }

        CompletableFuture<List<Frame>> reply() {
            return reply;
        }
    }

    /** An error answered a question. */
    static final class RefusedException extends Exception {
        private final transient SwitchRefusedException.Refusal refusal;

        private RefusedException(SwitchRefusedException.Refusal refusal) {
            super(refusal.toString());
            this.refusal = refusal;
        }

        SwitchRefusedException.Refusal refusal() {
            return refusal;
        }
    }

    /** @param asked its text says what was asked */
    Exchange begin(int xid, Object asked) {
        Exchange exchange = new Exchange(asked);
        open.put(xid, exchange);
        return exchange;
    }

    void end(int xid) {
        open.remove(xid);
    }

    /** Gives a reply or error to the question it belongs to; a late one, whose question was given up, is dropped. */
    void accept(Frame frame) {
        Exchange exchange = open.get(frame.xid());
        if (exchange == null) {
            return;
        }
        if (frame.type() == MessageType.ERROR) {
            OpenFlowError error = OpenFlowError.read(frame.reader());
            exchange.reply.completeExceptionally(
                    new RefusedException(new SwitchRefusedException.Refusal(exchange.asked.toString(), error)));
            return;
        }
        exchange.parts.add(frame);
        boolean more = false;
        if (frame.type() == MessageType.MULTIPART_REPLY) {
            WireReader body = frame.reader();
            body.skip(2);
            more = (body.u16() & MORE_PARTS) != 0;
        }
        if (!more) {
            exchange.reply.complete(List.copyOf(exchange.parts));
        }
    }

    /** The error that came for a question, if one has. */
    static Optional<SwitchRefusedException.Refusal> refusal(Exchange exchange) {
        if (!exchange.reply.isCompletedExceptionally()) {
            return Optional.empty();
        }
        return exchange.reply
                .handle((reply, thrown) -> thrown instanceof RefusedException refused
                        ? Optional.of(refused.refusal())
                        : Optional.<SwitchRefusedException.Refusal>empty())
                .join();
    }

    /** Fails all that is open. */
    void fail(OpenFlowException reason) {
        open.values().forEach(exchange -> exchange.reply.completeExceptionally(reason));
    }
}
