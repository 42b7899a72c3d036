package org.flowstream.net;

/**
 * Ethernet frames as text, layer by layer (docs/contracts.md, 10): {@code ether(src=…, dst=…) / ip(…) / tcp(dport=80)}.
 *
 * <p>Layers are {@code ether vlan arp ip ip6 frag6 udp tcp icmp icmp6}, then {@code hex("…")}, {@code "text"} or
 * {@code bytes(n)}, and at last {@code pad(n)}: zeros that no length counts. Lengths, checksums and the numbers of next
 * layers are computed where they are left out; every other field has a fallback.
 */
public final class PacketText {
    private PacketText() {}

    /** The frame; a text that is none is a {@link org.flowstream.problem.BadValueException}. */
    public static byte[] parse(String text) {
        return new PacketParser(text).parse().encode();
    }

    /** The text of a frame; {@link #parse} makes the same frame of it. */
    public static String of(byte[] frame) {
        return PacketDissector.text(frame);
    }
}
