package org.flowstream.plan;

import org.flowstream.model.Name;

/**
 * Something desired that no action of ours can bring about, and what would: a sentence for the user.
 *
 * @param subject the chain, or the port as a name
 */
public record Blocked(String subject, String reason) {
    static Blocked chain(Name chain, String reason) {
        return new Blocked("chain '" + chain + "'", reason);
    }

    @Override
    public String toString() {
        return subject + ": " + reason;
    }
}
