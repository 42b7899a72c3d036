package org.flowstream.trace;

import java.util.List;

/**
 * The whole way of one packet.
 *
 * @param port the external port by which it comes
 * @param packet as packet text
 * @param chosen what was not asked for and was chosen: {@code nw_ttl=64}
 * @param verdict where it ends up, a sentence each
 */
public record Trace(String port, String packet, List<String> chosen, List<Hop> hops, List<String> verdict) {
    public Trace {
        chosen = List.copyOf(chosen);
        hops = List.copyOf(hops);
        verdict = List.copyOf(verdict);
    }
}
