package org.flowstream.cli;

import java.nio.file.Path;
import org.flowstream.daemon.ListenAddress;
import org.flowstream.problem.BadValueException;

/** Where control clients are answered: a TCP port, or a Unix socket. */
sealed interface ControlAddress {
    /** A port of an address of this host; 0 for any that is free. */
    record Tcp(ListenAddress address) implements ControlAddress {}

    /** A path. */
    record Unix(Path path) implements ControlAddress {}

    /** Reads {@code PORT}, {@code ADDRESS:PORT}, {@code [IPV6]:PORT}, {@code unix:PATH}, or a path with a slash. */
    static ControlAddress parse(String text) {
        if (text.startsWith("unix:") || text.contains("/")) {
            String path = text.startsWith("unix:") ? text.substring(5) : text;
            if (path.isEmpty()) {
                throw BadValueException.expected(text, "unix:PATH");
            }
            return new Unix(Path.of(path).toAbsolutePath());
        }
        return new Tcp(ListenAddress.parse(text));
    }
}
