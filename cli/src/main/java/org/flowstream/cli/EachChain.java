package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A command that does one thing with chains, one after the other, and waits until it is done. */
abstract class EachChain extends DaemonCommand {
    private final String done;

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "The chain or middlebox.")
    private List<String> names = new ArrayList<>();

    @Mixin
    private WaitOptions wait;

    /** @param done what a chain then is, in a word */
    EachChain(String done) {
        this.done = done;
    }

    /**
     * Has the daemon begin.
     *
     * @param chain its path in the daemon's interface
     * @param query that says how long the daemon is to wait
     * @return the operation
     */
    abstract JsonNode begin(String chain, String query);

    @Override
    public Integer call() {
        for (String name : names) {
            long begin = System.nanoTime();
            JsonNode operation = begin("/v1/chains/" + ApiClient.segment(name), wait.query());
            out().println(name + " is " + done + wait.after(begin, operation));
        }
        return 0;
    }
}
