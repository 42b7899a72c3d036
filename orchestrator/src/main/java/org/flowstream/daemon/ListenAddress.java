package org.flowstream.daemon;

import org.flowstream.problem.BadValueException;

/**
 * Where the daemon listens beside its Unix socket.
 *
 * @param host an address or a name of this host
 */
public record ListenAddress(String host, int port) {
    private static final String LOOPBACK = "127.0.0.1";

    /** Reads {@code ADDRESS:PORT}, {@code [IPV6]:PORT}, or a port alone, which is one of the loopback interface. */
    public static ListenAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? LOOPBACK : text.substring(0, colon);
        String port = text.substring(colon + 1);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        boolean plain = !host.isEmpty() && !host.contains(":") && !host.contains("[");
        if (!(bracketed || plain) || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 0xffff) {
            throw BadValueException.expected(text, "PORT, ADDRESS:PORT or [IPV6]:PORT, such as 127.0.0.1:9469");
        }
        return new ListenAddress(bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
