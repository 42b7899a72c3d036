package org.flowstream.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.FrameFlow;
import org.flowstream.net.PacketText;
import org.flowstream.problem.BadValueException;
import org.junit.jupiter.api.Test;

/** Filters in the kernel itself: on a pair of sockets, of which one takes what a filter lets through. */
final class FrameFilterTest {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int EAGAIN = 11;

    private static final String QUERY = "ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) / "
            + "ip(src=10.0.0.1, dst=10.0.0.2, ttl=9, tos=0x2e) / udp(sport=4000, dport=53) / \"x\"";
    private static final String ANSWER = "ether(src=02:00:00:00:00:02, dst=02:00:00:00:00:01) / "
            + "ip(src=10.0.0.2, dst=10.0.0.1) / udp(sport=53, dport=4000) / \"x\"";
    private static final String QUERY6 = "ether() / ip6(src=2001:db8::1, dst=2001:db8::2, tc=0x2e, flow=0x12345) / "
            + "udp(sport=4000, dport=53) / \"x\"";
    private static final String SYN = "ether() / ip(src=10.0.0.1, dst=10.0.0.2) / tcp(sport=4000, dport=80, flags=S)";
    private static final String PING = "ether() / ip(src=10.0.0.1, dst=10.0.0.2) / icmp(type=8, code=0)";
    private static final String ARP = "ether() / arp(op=1, sha=02:00:00:00:00:01, spa=10.0.0.1, tpa=10.0.0.2)";

    /** The C library's functions; the manual pages are theirs. */
    interface Sockets extends Library {
        int socketpair(int domain, int type, int protocol, Memory pair) throws LastErrorException;

        long send(int socket, byte[] bytes, long length, int flags) throws LastErrorException;

        long recv(int socket, byte[] bytes, long length, int flags) throws LastErrorException;
    }

    FrameFilterTest() {}

    /** Which of some frames the filter of a match takes, as the kernel runs it. */
    private static List<Boolean> taken(String match, List<byte[]> frames) {
        Sockets sockets = Native.load("c", Sockets.class);
        PacketSocket.Libc libc = Native.load("c", PacketSocket.Libc.class);
        Memory pair = new Memory(8);
        sockets.socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
        try {
            PacketSocket.attach(libc, pair.getInt(4), FrameFilter.of(FlowMatch.parse(match)));
            List<Boolean> taken = new ArrayList<>();
            for (byte[] frame : frames) {
                sockets.send(pair.getInt(0), frame, frame.length, MSG_DONTWAIT);
                taken.add(came(sockets, pair.getInt(4), frame.length));
            }
            return taken;
        } finally {
            libc.close(pair.getInt(0));
            libc.close(pair.getInt(4));
        }
    }

    private static boolean came(Sockets sockets, int socket, int length) {
        try {
            assertThat(sockets.recv(socket, new byte[2000], 2000, MSG_DONTWAIT)).isEqualTo(length);
            return true;
        } catch (LastErrorException e) {
            assertThat(e.getErrorCode()).isEqualTo(EAGAIN);
            return false;
        }
    }

    private static boolean takes(String match, byte[] frame) {
        return taken(match, List.of(frame)).get(0);
    }

    private static boolean takes(String match, String packet) {
        return takes(match, PacketText.parse(packet));
    }

    /** The frame with a tag behind its addresses. */
    private static byte[] tagged(String packet, String tag) {
        String digits = HexFormat.of().formatHex(PacketText.parse(packet));
        return HexFormat.of().parseHex(digits.substring(0, 24) + tag + digits.substring(24));
    }

    @Test
    void aFlowAndItsAnswersAreTakenAndNothingElse() {
        assertThat(takes("udp,tp_dst=53", QUERY)).isTrue();
        assertThat(takes("udp,tp_dst=53", ANSWER)).isTrue();
        assertThat(takes("udp,tp_dst=54", QUERY)).isFalse();
        assertThat(takes("udp,tp_dst=53", QUERY6)).isFalse();
        assertThat(takes("udp6,tp_dst=53", QUERY6)).isTrue();
        assertThat(takes("udp,nw_src=10.0.0.1,tp_dst=53", ANSWER)).isTrue();
        assertThat(takes("udp,nw_src=10.0.0.2,tp_dst=53", ANSWER)).isFalse();
        assertThat(takes("udp,nw_src=10.0.0.2,tp_dst=53", QUERY)).isFalse();
        assertThat(takes("tcp,tp_dst=53", QUERY)).isFalse();
        assertThat(takes("icmp,icmp_type=8", PING)).isTrue();
        assertThat(takes("icmp,icmp_type=0", PING)).as("an answer's question").isTrue();
        assertThat(takes("icmp,icmp_type=3", PING)).isFalse();
        for (String packet : List.of(QUERY, QUERY6, SYN, ARP)) {
            assertThat(takes("", packet)).isTrue();
        }
    }

    @Test
    void eachFieldIsFoundWhereItLies() {
        assertThat(takes("dl_src=02:00:00:00:00:01", QUERY)).isTrue();
        assertThat(takes("dl_src=02:00:00:00:00:03", QUERY)).isFalse();
        assertThat(takes("dl_src=02:00:00:00:00:05/ff:ff:ff:ff:ff:fc", QUERY)).isFalse();
        assertThat(takes("dl_src=02:00:00:00:00:05/ff:ff:ff:ff:ff:f8", QUERY)).isTrue();
        assertThat(takes("ip,nw_dst=10.0.0.0/30,nw_ttl=9", QUERY)).isTrue();
        assertThat(takes("ip,nw_ttl=10", QUERY)).isFalse();
        // 0x2e: DSCP 11, ECN 2
        assertThat(takes("ip,ip_dscp=11,nw_ecn=2", QUERY)).isTrue();
        assertThat(takes("ip,nw_ecn=1", QUERY)).isFalse();
        assertThat(takes("ipv6,ip_dscp=11,nw_ecn=2,ipv6_label=0x12345", QUERY6)).isTrue();
        assertThat(takes("ipv6,ip_dscp=12", QUERY6)).isFalse();
        assertThat(takes("ipv6,ipv6_label=0x12346", QUERY6)).isFalse();
        assertThat(takes("ipv6,ipv6_dst=2001:db8::2", QUERY6)).isTrue();
        assertThat(takes("ipv6,ipv6_dst=2001:db8::/64", QUERY6)).isTrue();
        assertThat(takes("ipv6,ipv6_dst=2001:db8::3", QUERY6)).isFalse();
        assertThat(takes("tcp,tcp_flags=+syn-ack", SYN)).isTrue();
        assertThat(takes("tcp,tcp_flags=+ack", SYN)).isFalse();
        assertThat(takes("arp,arp_spa=10.0.0.1,arp_op=1", ARP)).isTrue();
        assertThat(takes("arp,arp_tpa=10.0.0.1", ARP))
                .as("what answers it asks")
                .isTrue();
        assertThat(takes("arp,arp_sha=02:00:00:00:00:01", ARP)).isTrue();
        assertThat(takes("arp,arp_sha=02:00:00:00:01:01", ARP)).isFalse();
        assertThat(takes("arp,arp_op=2", ARP)).isFalse();
        assertThat(takes("ip", ARP)).isFalse();
    }

    @Test
    void aTagIsReadAndLookedBehind() {
        byte[] seventh = tagged(QUERY, "8100" + "6007"); // priority 3, VLAN 7
        assertThat(takes("dl_vlan=7", seventh)).isTrue();
        assertThat(takes("dl_vlan=7,dl_vlan_pcp=3", seventh)).isTrue();
        assertThat(takes("dl_vlan=7,dl_vlan_pcp=2", seventh)).isFalse();
        assertThat(takes("dl_vlan=8", seventh)).isFalse();
        assertThat(takes("dl_vlan=7,udp,tp_dst=53", seventh)).isTrue();
        assertThat(takes("udp,tp_dst=53", tagged(QUERY, "88a8" + "0007"))).isTrue();
        assertThat(takes("dl_vlan=7", QUERY)).isFalse();
        assertThat(takes("vlan_tci=0", QUERY)).isTrue();
        assertThat(takes("vlan_tci=0", seventh)).isFalse();
    }

    @Test
    void portsAreFoundBehindOptionsAndExtensionsAndNotInLaterFragments() {
        // Four bytes of options; the header is six words long.
        byte[] plain = PacketText.parse(QUERY);
        String digits = HexFormat.of().formatHex(plain);
        byte[] options = HexFormat.of()
                .parseHex(
                        digits.substring(0, 28) + "46" + digits.substring(30, 68) + "01010100" + digits.substring(68));
        assertThat(takes("udp,tp_dst=53", options)).isTrue();
        assertThat(takes("udp,tp_dst=54", options)).isFalse();
        byte[] later = plain.clone();
        later[14 + 7] = 1; // at 8 bytes
        assertThat(takes("udp,tp_dst=53", later)).isFalse();
        assertThat(takes("udp,nw_frag=later", later)).isTrue();
        assertThat(takes("udp", later)).isTrue();
        byte[] first = plain.clone();
        first[14 + 6] = 0x20; // more follow
        assertThat(takes("udp,tp_dst=53,nw_frag=first", first)).isTrue();
        assertThat(takes("udp,nw_frag=no", first)).isFalse();
        // Destination options of 8 bytes, authentication of 12, then a first fragment.
        String six = HexFormat.of().formatHex(PacketText.parse(QUERY6));
        String extensions = "3300010400000000" + "2c01000000000000" + "00000000" + "1100000100000007";
        byte[] extended = HexFormat.of()
                .parseHex(six.substring(0, 40) + "3c" + six.substring(42, 108) + extensions + six.substring(108));
        assertThat(takes("udp6,tp_dst=53,nw_frag=first", extended)).isTrue();
        assertThat(takes("udp6,tp_dst=54", extended)).isFalse();
    }

    /** A frame's own flow takes it, and so does the one of its answers; one bit off, neither does. */
    @Test
    void whatTheSwitchWouldTellApartIsToldApart() {
        Random random = new Random(11);
        List<String> packets = List.of(QUERY, ANSWER, QUERY6, SYN, PING, ARP);
        List<byte[]> frames = packets.stream().map(PacketText::parse).toList();
        List<FlowMatch> flows = frames.stream()
                .map(frame -> FlowMatch.parse(FrameFlow.of(frame)))
                .toList();
        for (int i = 0; i < 500; i++) {
            FlowMatch whole = flows.get(random.nextInt(flows.size()));
            FlowMatch some = FlowMatch.parse(String.join(
                    ",",
                    java.util.Arrays.stream(whole.toString().split(",", -1))
                            .filter(field -> !field.contains("=") || random.nextInt(3) > 0)
                            .toList()));
            List<Boolean> expected = flows.stream()
                    .map(flow -> flow.within(some) || flow.within(some.reversed()))
                    .toList();
            assertThat(taken(some.toString(), frames)).as(some.toString()).isEqualTo(expected);
        }
    }

    @Test
    void whatCannotBeLookedForIsRefused() {
        assertThatThrownBy(() -> FrameFilter.of(FlowMatch.parse("icmp6,icmp_type=135,nd_sll=02:00:00:00:00:01")))
                .isInstanceOf(BadValueException.class)
                .hasMessageContaining("a capture cannot look for nd_sll");
    }
}
