package org.flowstream.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.flowstream.net.FlowMatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a flow looks like behind a translator, worked out by hand from what the templates say. */
final class TranslationTest {
    private static final Map<String, ParameterValue> NAT = Map.of(
            "address", new ParameterValue.WordValue("198.51.100.2"),
            "inside_net", new ParameterValue.WordValue("192.168.1.0/24"));

    private static FlowMatch behind(String template, String device, String flow, Map<String, ParameterValue> values) {
        return TemplateLoader.stock(template).translates().get(0).through(FlowMatch.parse(flow), device, values);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // to the public address: behind it, to some computer inside, at some port
                "outside | ip,nw_dst=198.51.100.2 | ip,nw_dst=192.168.1.0/24",
                "outside | tcp,nw_src=203.0.113.0/24,nw_dst=198.51.100.2,tp_src=443 |"
                        + " tcp,nw_src=203.0.113.0/24,nw_dst=192.168.1.0/24,tp_src=443",
                "outside | udp,nw_dst=198.51.100.2,tp_dst=2000 | udp,nw_dst=192.168.1.0/24",
                // a part of the flow alone is translated: what both have in common
                "outside | ip | ip",
                "outside | any | any",
                "outside | tcp,tp_dst=80 | tcp",
                "outside | dl_vlan=7 | dl_vlan=7",
                // nothing of it
                "outside | arp | arp",
                "outside | ip,nw_dst=203.0.113.9 | ip,nw_dst=203.0.113.9",
                // from inside
                "inside | ip,nw_src=192.168.1.7 | ip,nw_src=198.51.100.2",
                "inside | tcp,nw_src=192.168.1.0/24,nw_dst=203.0.113.9,tp_src=5000,tp_dst=80 |"
                        + " tcp,nw_src=198.51.100.2,nw_dst=203.0.113.9,tp_dst=80",
                "elsewhere | ip,nw_dst=198.51.100.2 | ip,nw_dst=198.51.100.2",
            })
    void behindNat(String device, String flow, String expected) {
        assertThat(behind("nat", device, flow, NAT)).isEqualTo(FlowMatch.parse(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "inside | tcp6,ipv6_src=2001:db8:1::7,ipv6_dst=64:ff9b::cb00:7109,tp_dst=80 |"
                        + " tcp,nw_src=198.51.100.2",
                "inside | icmp6,ipv6_src=2001:db8:1::7,ipv6_dst=64:ff9b::cb00:7109 | ip,nw_src=198.51.100.2",
                "outside | ip,nw_dst=198.51.100.2 | ipv6,ipv6_src=64:ff9b::/96,ipv6_dst=2001:db8:1::/64",
                "inside | any | any"
            })
    void betweenTheVersionsOfIp(String device, String flow, String expected) {
        Map<String, ParameterValue> values = Map.of(
                "address", new ParameterValue.WordValue("198.51.100.2"),
                "prefix", new ParameterValue.WordValue("64:ff9b::/96"),
                "inside_net", new ParameterValue.WordValue("2001:db8:1::/64"));
        assertThat(behind("ip6-ip4-translator", device, flow, values)).isEqualTo(FlowMatch.parse(expected));
    }

    /** Each frame of the flow, translated by hand, is in the flow behind. */
    @Property(tries = 500)
    void noFrameIsMissed(@ForAll @IntRange(max = 255) int host, @ForAll @IntRange(min = 1, max = 65535) int port) {
        String[] flows = {"any", "ip", "tcp", "tcp,tp_dst=" + port, "tcp,nw_dst=198.51.100.2", "ip,nw_dst=198.51.100.2"
        };
        String[] protocols = {"tcp", "udp"};
        for (String flow : flows) {
            for (String protocol : protocols) {
                FlowMatch before = FlowMatch.parse(protocol + ",nw_dst=198.51.100.2,tp_src=80,tp_dst=" + port);
                FlowMatch after =
                        FlowMatch.parse(protocol + ",nw_dst=192.168.1." + host + ",tp_src=80,tp_dst=" + (65535 - port));
                if (before.within(FlowMatch.parse(flow))) {
                    assertThat(after.within(behind("nat", "outside", flow, NAT)))
                            .as("%s, behind %s", after, flow)
                            .isTrue();
                }
            }
        }
    }
}
