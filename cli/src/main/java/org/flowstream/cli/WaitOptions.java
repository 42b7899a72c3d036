package org.flowstream.cli;

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
        return detach
                ? " soon: nothing was waited for."
                : " after " + Quantities.took(Duration.ofNanos(System.nanoTime() - beginNanos)) + ".";
    }
}
