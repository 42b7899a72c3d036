package org.flowstream.lowering;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What patterns over IPv4 and patterns over IPv6 do not share: headers, addresses, names. */
sealed interface AddressFamily permits Ip4Family, Ip6Family {
    /** The words for the network header: {@code ip}. */
    Set<String> headerWords();

    /** The fields of the network header, of TCP and of ICMP, by the word that names them. */
    Map<String, PacketField> fields();

    /** The field that the word {@code type} names. */
    PacketField icmpType();

    /** The two bits of congestion notification (RFC 3168). */
    PacketField congestion();

    /** The number of the protocol that is carried, behind all extension headers. */
    PacketField protocol();

    /** The names of this family's protocols. */
    Map<String, Integer> protocols();

    Map<String, Integer> icmpTypes();

    /** Where the source address stands in the network header. */
    int sourceOffset();

    int destinationOffset();

    /** An address alone; empty when the text is none. */
    Optional<AddressPattern> address(String text);

    /** {@code ADDRESS/LENGTH} or {@code ADDRESS/MASK}; empty when the text is none. */
    Optional<AddressPattern> prefix(String text);

    /** That the packet is not a fragment, or the first one. */
    Condition firstFragment();

    /** The bits that are all 0 in a packet that is no fragment. */
    PacketField fragmentation();

    /** How messages call an address. */
    String addressExample();
}
