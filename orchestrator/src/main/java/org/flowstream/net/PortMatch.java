package org.flowstream.net;

import java.util.Optional;

/**
 * A flow match together with the port by which the frame comes, for questions such as {@code flowstream trace}.
 *
 * @param port the value of {@code in_port}, a name or a number, when it was given
 * @param match everything else
 */
public record PortMatch(Optional<String> port, FlowMatch match) {
    /** As {@link FlowMatch#parse}, but with {@code in_port} allowed. */
    public static PortMatch parse(String text) {
        return new FlowMatchParser(text, true).parse();
    }

    @Override
    public String toString() {
        String rest = match.toString();
        return port.map(it -> "in_port=" + it + (rest.isEmpty() ? "" : "," + rest))
                .orElse(rest);
    }
}
