package org.flowstream.net;

import java.util.List;

/** The types of ICMP messages that tell of an error, and quote the packet that it is about. */
public final class IcmpErrors {
    /** Destination unreachable, source quench, redirect, time exceeded, parameter problem (RFC 792). */
    public static final List<Integer> IP4 = List.of(3, 4, 5, 11, 12);
    /** Destination unreachable, packet too big, time exceeded, parameter problem (RFC 4443, section 3). */
    public static final List<Integer> IP6 = List.of(1, 2, 3, 4);

    private IcmpErrors() {}
}
