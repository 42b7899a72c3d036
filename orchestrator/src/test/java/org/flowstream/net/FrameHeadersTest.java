package org.flowstream.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FrameHeadersTest {
    private static final String ETHER = "ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) / ";

    private static byte[] frame(String text) {
        return PacketText.parse(ETHER + text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "ip(src=10.0.0.1, dst=10.0.0.2) / tcp(sport=1234, dport=80);"
                        + "tcp,dl_vlan=0xffff,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1234,tp_dst=80",
                "ip(src=10.0.0.1, dst=10.0.0.2) / udp(sport=53, dport=5353) / \"abc\";"
                        + "udp,dl_vlan=0xffff,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=53,tp_dst=5353",
                "ip6(src=2001:db8::1, dst=2001:db8::2) / udp(sport=53, dport=5353);"
                        + "udp6,dl_vlan=0xffff,ipv6_src=2001:db8::1,ipv6_dst=2001:db8::2,tp_src=53,tp_dst=5353",
                "vlan(id=7) / ip(src=10.0.0.1, dst=10.0.0.2) / tcp(sport=1, dport=2);"
                        + "tcp,dl_vlan=7,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1,tp_dst=2",
            })
    void anIpFrameHasItsFlow(String packet, String flow) {
        assertThat(FrameHeaders.of(frame(packet))).contains(new FrameHeaders(FlowMatch.parse(flow)));
    }

    @Test
    void aProtocolWithoutPortsIsTheFlowOfItsAddresses() {
        assertThat(FrameHeaders.of(frame("ip(src=10.0.0.1, dst=10.0.0.2, proto=47) / bytes(20)")))
                .contains(new FrameHeaders(
                        FlowMatch.parse("ip,dl_vlan=0xffff,nw_proto=47,nw_src=10.0.0.1,nw_dst=10.0.0.2")));
    }

    @Test
    void aLaterFragmentIsToldByItsAddresses() {
        assertThat(FrameHeaders.of(frame("ip(src=10.0.0.1, dst=10.0.0.2, id=7, frag=1, proto=17) / bytes(16)")))
                .contains(new FrameHeaders(
                        FlowMatch.parse("udp,dl_vlan=0xffff,nw_src=10.0.0.1,nw_dst=10.0.0.2"), true, Optional.of(7L)));
        assertThat(FrameHeaders.of(
                        frame("ip6(src=2001:db8::1, dst=2001:db8::2) / frag6(frag=1, id=9, next=17) / bytes(16)")))
                .contains(new FrameHeaders(
                        FlowMatch.parse("ipv6,dl_vlan=0xffff,nw_proto=44,ipv6_src=2001:db8::1,ipv6_dst=2001:db8::2"),
                        true,
                        Optional.of(9L)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "ip(src=10.0.0.9, dst=10.0.0.1) / icmp(type=3, code=4) / ip(src=10.0.0.1, dst=10.0.0.2) /"
                        + " udp(sport=53, dport=5353);"
                        + "udp,dl_vlan=0xffff,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=53,tp_dst=5353",
                "vlan(id=7) / ip6(src=2001:db8::9, dst=2001:db8::1) / icmp6(type=2) /"
                        + " ip6(src=2001:db8::1, dst=2001:db8::2) / tcp(sport=1, dport=2);"
                        + "tcp6,dl_vlan=7,ipv6_src=2001:db8::1,ipv6_dst=2001:db8::2,tp_src=1,tp_dst=2",
            })
    void anErrorQuotesThePacketThatItIsAbout(String error, String flow) {
        assertThat(FrameHeaders.quotedBy(frame(error))).contains(new FrameHeaders(FlowMatch.parse(flow)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "ip(src=10.0.0.9, dst=10.0.0.1) / icmp(type=8) / ip(src=10.0.0.1, dst=10.0.0.2) / udp()",
                "ip(src=10.0.0.9, dst=10.0.0.1) / icmp(type=3) / bytes(19)",
                "ip6(src=2001:db8::9, dst=2001:db8::1) / icmp6(type=135) / bytes(60)",
                "ip(src=10.0.0.9, dst=10.0.0.1, frag=3, proto=1) / hex(\"0304000000000000\") / bytes(60)",
                "ip(src=10.0.0.9, dst=10.0.0.1) / udp() / ip(src=10.0.0.1, dst=10.0.0.2) / udp()"
            })
    void whatIsNoErrorQuotesNothing(String packet) {
        assertThat(FrameHeaders.quotedBy(frame(packet))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"arp(op=1, spa=10.0.0.1, tpa=10.0.0.2)", "bytes(46)"})
    void whatHasNoFlowOfItsOwnHasNone(String packet) {
        assertThat(FrameHeaders.of(frame(packet))).isEmpty();
    }

    @Test
    void aFrameThatIsCutShortHasNone() {
        byte[] whole = frame("ip6(src=2001:db8::1, dst=2001:db8::2) / udp(sport=53, dport=5353)");
        for (int length = 0; length < whole.length - 4; length++) {
            assertThat(FrameHeaders.of(java.util.Arrays.copyOf(whole, length)))
                    .as("of %d bytes", length)
                    .isEmpty();
        }
    }
}
