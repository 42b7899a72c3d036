package org.flowstream.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames of flows. */
final class FrameComposerTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tcp,nw_src=198.51.100.7,nw_dst=10.0.0.2,tp_dst=22 | ether(src=02:00:00:00:00:01,"
                        + " dst=02:00:00:00:00:02) / ip(src=198.51.100.7, dst=10.0.0.2, ttl=64) / tcp(sport=40000,"
                        + " dport=22, flags=S)",
                "any | ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) / ip(src=192.0.2.1, dst=192.0.2.2, ttl=64) /"
                        + " icmp(type=8)",
                "udp6,ipv6_dst=2001:db8:5::/48 | ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) /"
                        + " ip6(src=2001:db8::1, dst=2001:db8:5::1, hlim=64) / udp(sport=40000, dport=53)",
                "arp,arp_tpa=10.0.0.1,dl_src=06:00:00:00:00:09 | ether(src=06:00:00:00:00:09, dst=ff:ff:ff:ff:ff:ff) /"
                        + " arp(op=1, sha=06:00:00:00:00:09, spa=192.0.2.1, tha=00:00:00:00:00:00, tpa=10.0.0.1)",
                "udp,nw_frag=later,dl_vlan=7 | ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) / vlan(id=7) /"
                        + " ip(src=192.0.2.1, dst=192.0.2.2, ttl=64, frag=185, proto=17) / bytes(20)",
                "tcp,tcp_flags=+ack | ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) / ip(src=192.0.2.1,"
                        + " dst=192.0.2.2, ttl=64) / tcp(sport=40000, dport=80, flags=A)",
                "dl_type=0x88cc | ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02, type=0x88cc) / bytes(46)",
                "icmp6,icmp_type=135,nd_target=2001:db8::9 | ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) /"
                        + " ip6(src=2001:db8::1, dst=2001:db8::2, hlim=255) / icmp6(type=135) /"
                        + " hex(\"20010db80000000000000000000000090101020000000001\")",
            })
    void aFlowsFrameHasItsHeaders(String flow, String packet) {
        FrameComposer.Composed composed = FrameComposer.compose(FlowMatch.parse(flow));
        assertThat(PacketText.of(composed.frame())).isEqualTo(packet);
    }

    @Test
    void whatWasChosenIsTold() {
        assertThat(FrameComposer.compose(FlowMatch.parse("tcp,nw_src=10.0.0.0/8,tp_dst=22"))
                        .taken())
                .containsExactly(
                        "dl_src=02:00:00:00:00:01",
                        "dl_dst=02:00:00:00:00:02",
                        "nw_src=10.0.0.1",
                        "nw_dst=192.0.2.2",
                        "nw_ttl=64",
                        "tp_src=40000");
    }
}
