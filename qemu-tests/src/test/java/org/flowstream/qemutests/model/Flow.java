package org.flowstream.qemutests.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Which packets a chain takes, as seen at its left end. A number that is 0 is left open.
 *
 * @param source the last part of the address
 */
public record Flow(Family family, int source, int destination, int sourcePort, int destinationPort) {
    /** How much of the headers above Ethernet a flow speaks of. */
    public enum Family {
        ANY(0, ""),
        IP(4, "ip"),
        UDP(4, "udp"),
        TCP(4, "tcp"),
        IP6(6, "ipv6"),
        UDP6(6, "udp6");

        private final int version;
        private final String word;

        Family(int version, String word) {
            this.version = version;
            this.word = word;
        }

        boolean hasProtocol() {
            return this == UDP || this == TCP || this == UDP6;
        }
    }

    /** The same flow as it comes back. */
    Flow reversed() {
        return new Flow(family, destination, source, destinationPort, sourcePort);
    }

    /** Whether a packet is of the flow, by its own headers. */
    boolean takes(Header header) {
        if (family == Family.ANY) {
            return true;
        }
        return family.version == header.kind().version()
                && (!family.hasProtocol() || isProtocolOf(header.kind()))
                && fits(source, header.source())
                && fits(destination, header.destination())
                && portFits(sourcePort, header.sourcePort(), header.kind())
                && portFits(destinationPort, header.destinationPort(), header.kind());
    }

    private boolean isProtocolOf(Header.Kind kind) {
        return switch (family) {
            case UDP -> kind == Header.Kind.UDP || kind == Header.Kind.LATER_UDP;
            case TCP -> kind == Header.Kind.TCP || kind == Header.Kind.LATER_TCP;
            // Open vSwitch has 44, fragment, as the protocol of a later one.
            case UDP6 -> kind == Header.Kind.UDP6;
            default -> true;
        };
    }

    /** Whether a packet may be of the flow, and does not tell: a later fragment, or an error about it. */
    boolean mayTake(Header header) {
        if (!family.hasProtocol() || family.version != header.kind().version() || takes(header)) {
            return false;
        }
        return switch (header.kind()) {
            case LATER_UDP -> family == Family.UDP && addressesFit(header);
            case LATER_TCP -> family == Family.TCP && addressesFit(header);
            case LATER6 -> addressesFit(header);
            // From any router, about an answer: it is for who sent that.
            case ERROR, ERROR6 -> fits(destination, header.destination());
            default -> false;
        };
    }

    private boolean addressesFit(Header header) {
        return fits(source, header.source()) && fits(destination, header.destination());
    }

    private static boolean fits(int wanted, int value) {
        return wanted == 0 || wanted == value;
    }

    private static boolean portFits(int wanted, int value, Header.Kind kind) {
        return wanted == 0 || (kind.hasPorts() && wanted == value);
    }

    /** Whether some packet is of both by its own headers. */
    boolean meets(Flow other) {
        if (family == Family.ANY || other.family == Family.ANY) {
            return true;
        }
        boolean protocols = family == other.family || !family.hasProtocol() || !other.family.hasProtocol();
        return family.version == other.family.version
                && protocols
                && both(source, other.source)
                && both(destination, other.destination)
                && both(sourcePort, other.sourcePort)
                && both(destinationPort, other.destinationPort);
    }

    private static boolean both(int one, int other) {
        return one == 0 || other == 0 || one == other;
    }

    /** As ovs-ofctl writes it; empty for all packets. */
    public String text() {
        List<String> words = new ArrayList<>();
        if (family != Family.ANY) {
            words.add(family.word);
        }
        String address = family.version == 6 ? "ipv6" : "nw";
        String prefix = family.version == 6 ? "2001:db8::" : "10.0.0.";
        add(words, address + "_src=" + prefix, source);
        add(words, address + "_dst=" + prefix, destination);
        add(words, "tp_src=", sourcePort);
        add(words, "tp_dst=", destinationPort);
        return String.join(",", words);
    }

    private static void add(List<String> words, String name, int value) {
        if (value != 0) {
            words.add(name + value);
        }
    }

    @Override
    public String toString() {
        return family == Family.ANY ? "all" : text();
    }
}
