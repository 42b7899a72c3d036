package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The options of commands that wait for the world to be as asked. */
final class WaitOptions {
    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long to wait (default: ${DEFAULT-VALUE}).")
    private int timeout;

    @Option(names = "--detach", description = "Do not wait.")
    private boolean detach;

    boolean detached() {
        return detach;
    }

    /** The part of a query that says how long the daemon is to wait. */
    String query() {
        return "wait=" + (detach ? 0 : timeout);
    }

    /** The end of a sentence that says how long it took. */
    String after(long beginNanos) {
        return after(beginNanos, ": nothing was waited for.");
    }

    /**
     * The same, where what is not waited for goes on as an operation.
     *
     * @param operation that the daemon answered with
     */
    String after(long beginNanos, JsonNode operation) {
        return after(
                beginNanos,
                ".   Wait for it: flowstream operation wait "
                        + operation.path("id").asText());
    }

    private String after(long beginNanos, String detached) {
        return detach
                ? " soon" + detached
                : " after " + Quantities.took(Duration.ofNanos(System.nanoTime() - beginNanos)) + ".";
    }
}
