package org.flowstream.qemutests.model;

/**
 * What a probe looks like, and where it enters. Addresses and ports are numbers: 10.0.0.N or 2001:db8::N.
 *
 * @param from the endpoint that sends it
 * @param to the endpoint whose Ethernet address it bears, another one
 */
public record Header(Kind kind, int from, int to, int source, int destination, int sourcePort, int destinationPort) {
    /** The sorts of packets that flows tell apart. */
    public enum Kind {
        UDP(4),
        TCP(4),
        /** A fragment of a UDP datagram that is not the first: it has no ports. */
        LATER_UDP(4),
        LATER_TCP(4),
        /** Destination unreachable. */
        ERROR(4),
        UDP6(6),
        LATER6(6),
        ERROR6(6),
        ARP(0);

        private final int version;

        Kind(int version) {
            this.version = version;
        }

        /** The IP version; 0 for none. */
        public int version() {
            return version;
        }

        /** Whether it is about ports. */
        boolean hasPorts() {
            return this == UDP || this == TCP || this == UDP6;
        }
    }

    @Override
    public String toString() {
        return kind + " " + (char) ('a' + from) + " to " + (char) ('a' + to) + ", " + source + " to " + destination
                + (kind.hasPorts() ? ", ports " + sourcePort + " to " + destinationPort : "");
    }
}
