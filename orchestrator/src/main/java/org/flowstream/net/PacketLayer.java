package org.flowstream.net;

import static org.flowstream.net.LayerField.Form.HEX;
import static org.flowstream.net.LayerField.Form.IP4;
import static org.flowstream.net.LayerField.Form.IP6;
import static org.flowstream.net.LayerField.Form.MAC;
import static org.flowstream.net.LayerField.Form.NUMBER;
import static org.flowstream.net.LayerField.Form.TCP_FLAGS;
import static org.flowstream.net.LayerField.Role.CHECKSUM;
import static org.flowstream.net.LayerField.Role.LENGTH;
import static org.flowstream.net.LayerField.Role.NEXT;
import static org.flowstream.net.LayerField.Role.PAYLOAD_LENGTH;
import static org.flowstream.net.LayerField.Role.WORDS;
import static org.flowstream.net.LayerField.computed;
import static org.flowstream.net.LayerField.hidden;
import static org.flowstream.net.LayerField.plain;
import static org.flowstream.net.LayerField.shown;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The layers that packet text knows, each as its header's fields. */
@SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
enum PacketLayer {
    /** IEEE 802.3. */
    ETHER(
            14,
            false,
            shown("src", 48, 48, MAC, "02:00:00:00:00:01"),
            shown("dst", 0, 48, MAC, "02:00:00:00:00:02"),
            computed("type", 96, 16, HEX, NEXT)),
    /** IEEE 802.1Q: what stands behind the tag's protocol identifier. */
    VLAN(
            4,
            false,
            shown("id", 4, 12, NUMBER, "1"),
            plain("pcp", 0, 3, 0),
            plain("dei", 3, 1, 0),
            computed("type", 16, 16, HEX, NEXT)),
    /** RFC 826. */
    ARP(
            28,
            false,
            shown("op", 48, 16, NUMBER, "1"),
            shown("sha", 64, 48, MAC, "02:00:00:00:00:01"),
            shown("spa", 112, 32, IP4, "0.0.0.0"),
            shown("tha", 144, 48, MAC, "00:00:00:00:00:00"),
            shown("tpa", 192, 32, IP4, "0.0.0.0"),
            plain("htype", 0, 16, 1),
            hidden("ptype", 16, 16, HEX, "0x800"),
            plain("hlen", 32, 8, 6),
            plain("plen", 40, 8, 4)),
    /** RFC 791. */
    IP(
            20,
            true,
            shown("src", 96, 32, IP4, "192.0.2.1"),
            shown("dst", 128, 32, IP4, "192.0.2.2"),
            shown("ttl", 64, 8, NUMBER, "64"),
            plain("version", 0, 4, 4),
            computed("ihl", 4, 4, NUMBER, WORDS),
            hidden("tos", 8, 8, HEX, "0"),
            computed("length", 16, 16, NUMBER, LENGTH),
            plain("id", 32, 16, 0),
            plain("rf", 48, 1, 0),
            plain("df", 49, 1, 0),
            plain("mf", 50, 1, 0),
            plain("frag", 51, 13, 0),
            computed("proto", 72, 8, NUMBER, NEXT),
            computed("checksum", 80, 16, HEX, CHECKSUM)),
    /** RFC 8200. */
    IP6(
            40,
            false,
            shown("src", 64, 128, LayerField.Form.IP6, "2001:db8::1"),
            shown("dst", 192, 128, LayerField.Form.IP6, "2001:db8::2"),
            shown("hlim", 56, 8, NUMBER, "64"),
            plain("version", 0, 4, 6),
            hidden("tc", 4, 8, HEX, "0"),
            hidden("flow", 12, 20, HEX, "0"),
            computed("length", 32, 16, NUMBER, PAYLOAD_LENGTH),
            computed("next", 48, 8, NUMBER, NEXT)),
    /** The fragment header of IPv6 (RFC 8200, 4.5); {@code frag} counts units of eight bytes. */
    FRAG6(
            8,
            false,
            shown("frag", 16, 13, NUMBER, "0"),
            shown("mf", 31, 1, NUMBER, "0"),
            shown("id", 32, 32, NUMBER, "1"),
            computed("next", 0, 8, NUMBER, NEXT),
            plain("reserved", 8, 8, 0),
            plain("reserved2", 29, 2, 0)),
    /** RFC 768. */
    UDP(
            8,
            false,
            shown("sport", 0, 16, NUMBER, "40000"),
            shown("dport", 16, 16, NUMBER, "53"),
            computed("length", 32, 16, NUMBER, LENGTH),
            computed("checksum", 48, 16, HEX, CHECKSUM)),
    /** RFC 9293. */
    TCP(
            20,
            true,
            shown("sport", 0, 16, NUMBER, "40000"),
            shown("dport", 16, 16, NUMBER, "80"),
            shown("flags", 104, 8, TCP_FLAGS, "S"),
            plain("seq", 32, 32, 1),
            plain("ack", 64, 32, 0),
            computed("offset", 96, 4, NUMBER, WORDS),
            plain("reserved", 100, 4, 0),
            plain("window", 112, 16, 64_240),
            computed("checksum", 128, 16, HEX, CHECKSUM),
            plain("urgent", 144, 16, 0)),
    /** RFC 792. */
    ICMP(
            8,
            false,
            shown("type", 0, 8, NUMBER, "8"),
            plain("code", 8, 8, 0),
            computed("checksum", 16, 16, HEX, CHECKSUM),
            plain("id", 32, 16, 0),
            plain("seq", 48, 16, 0)),
    /** RFC 4443. */
    ICMP6(
            8,
            false,
            shown("type", 0, 8, NUMBER, "128"),
            plain("code", 8, 8, 0),
            computed("checksum", 16, 16, HEX, CHECKSUM),
            plain("id", 32, 16, 0),
            plain("seq", 48, 16, 0));

    /** The EtherType behind which nothing is known: IEEE 802 local experimental 2. */
    static final int UNKNOWN_ETHER_TYPE = 0x88b6;

    /** The protocol behind which nothing is known: for experiments (RFC 3692). */
    static final int UNKNOWN_PROTOCOL = 253;

    private static final Map<Integer, String> ETHER_TYPES =
            Map.of(0x0800, "ip", 0x0806, "arp", 0x8100, "vlan", 0x86dd, "ip6");
    private static final Map<Integer, String> PROTOCOLS =
            Map.of(1, "icmp", 4, "ip", 6, "tcp", 17, "udp", 41, "ip6", 44, "frag6", 58, "icmp6");
    private static final List<Integer> OTHER_TAGS = List.of(0x88a8, 0x9100);
    private static final List<Integer> ICMP_ERRORS = List.of(3, 4, 5, 11, 12);
    private static final List<Integer> ICMP6_ERRORS = List.of(1, 2, 3, 4);

    private final int size;
    private final boolean options;
    private final List<LayerField> fields;

    PacketLayer(int size, boolean options, LayerField... fields) {
        this.size = size;
        this.options = options;
        this.fields = List.of(fields);
    }

    /** The header's bytes without options. */
    int size() {
        return size;
    }

    boolean hasOptions() {
        return options;
    }

    List<LayerField> fields() {
        return fields;
    }

    Optional<LayerField> field(String name) {
        return fields.stream().filter(it -> it.name().equals(name)).findFirst();
    }

    Optional<LayerField> field(LayerField.Role role) {
        return fields.stream().filter(it -> it.role() == role).findFirst();
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<PacketLayer> of(String word) {
        return Arrays.stream(values()).filter(it -> it.word().equals(word)).findFirst();
    }

    boolean isTransport() {
        return this == UDP || this == TCP || this == ICMP || this == ICMP6;
    }

    boolean isInternet() {
        return this == IP || this == IP6;
    }

    /** The number by which this layer names the one behind it. */
    int numberOf(Optional<PacketLayer> next) {
        boolean link = this == ETHER || this == VLAN;
        return (link ? ETHER_TYPES : PROTOCOLS)
                .entrySet().stream()
                        .filter(it -> next.isPresent()
                                && it.getValue().equals(next.get().word()))
                        .map(Map.Entry::getKey)
                        .findFirst()
                        .orElse(link ? UNKNOWN_ETHER_TYPE : UNKNOWN_PROTOCOL);
    }

    /** The layer behind this one, whose header is {@code header}, if it is known. */
    Optional<PacketLayer> next(byte[] header) {
        if (this == ICMP || this == ICMP6) {
            boolean error = (this == ICMP ? ICMP_ERRORS : ICMP6_ERRORS).contains(header[0] & 0xff);
            return error ? Optional.of(this == ICMP ? IP : IP6) : Optional.empty();
        }
        boolean later = field("frag").map(it -> it.get(header, 0).signum() != 0).orElse(false);
        Optional<LayerField> naming = field(NEXT);
        if (later || naming.isEmpty()) {
            return Optional.empty();
        }
        int number = naming.get().get(header, 0).intValue();
        if (this == ETHER || this == VLAN) {
            return OTHER_TAGS.contains(number)
                    ? Optional.of(VLAN)
                    : Optional.ofNullable(ETHER_TYPES.get(number)).flatMap(PacketLayer::of);
        }
        return Optional.ofNullable(PROTOCOLS.get(number)).flatMap(PacketLayer::of);
    }
}
