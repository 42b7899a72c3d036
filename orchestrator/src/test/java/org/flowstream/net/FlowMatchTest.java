package org.flowstream.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.flowstream.problem.BadValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FlowMatchTest {
    /** Matches as a user writes them, and as Open vSwitch writes them. */
    private static final List<String> WRITTEN = List.of(
            "tcp,nw_dst=10.0.0.2,tp_dst=80; tcp,nw_dst=10.0.0.2,tp_dst=80",
            "tp_dst=80,ip_dst=10.0.0.2/32,tcp; tcp,nw_dst=10.0.0.2,tp_dst=80",
            "dl_type=0x0800 nw_proto=6 tcp_src=0x1f90; tcp,tp_src=8080",
            "tcp6,ipv6_dst=2001:DB8::/32,tp_dst=443; tcp6,ipv6_dst=2001:db8::/32,tp_dst=443",
            "ipv6,ipv6_src=::1/ffff::; ipv6,ipv6_src=::/16",
            "ipv6,ipv6_src=::1/::ffff; ipv6,ipv6_src=::1/::ffff",
            "ip,nw_src=10.1.2.3/255.0.255.0; ip,nw_src=10.0.2.0/255.0.255.0",
            "ip,nw_proto=47; ip,nw_proto=47",
            "dl_type=0x88cc; dl_type=0x88cc",
            "arp,nw_src=10.0.0.1,nw_proto=2; arp,arp_spa=10.0.0.1,arp_op=2",
            "arp,arp_tpa=10.0.0.1,arp_tha=2:0:0:0:0:1; arp,arp_tpa=10.0.0.1,arp_tha=02:00:00:00:00:01",
            "dl_vlan=7,dl_vlan_pcp=3; dl_vlan=7,dl_vlan_pcp=3",
            "dl_vlan_pcp=3; dl_vlan_pcp=3",
            "dl_vlan=0xffff; vlan_tci=0x0000",
            "vlan_tci=0x1007/0x1fff; dl_vlan=7",
            "vlan_tci=0x1000/0x1000; vlan_tci=0x1000/0x1000",
            "vlan_vid=0x1007/0x1fff; dl_vlan=7",
            "dl_dst=01:00:00:00:00:00/01:00:00:00:00:00; dl_dst=01:00:00:00:00:00/01:00:00:00:00:00",
            "ip,nw_tos=184,nw_ecn=1,nw_ttl=64; ip,nw_tos=184,nw_ecn=1,nw_ttl=64",
            "udp,tp_src=0x8000/0xff00; udp,tp_src=0x8000/0xff00",
            "tcp,tcp_flags=+syn-ack; tcp,tcp_flags=+syn-ack",
            "tcp,tcp_flags=0x002/0x012; tcp,tcp_flags=+syn-ack",
            "tcp,tcp_flags=syn|ack; tcp,tcp_flags=syn|ack",
            "icmp,icmp_type=8,icmp_code=0; icmp,icmp_type=8,icmp_code=0",
            "icmp6,icmpv6_type=135,nd_target=fe80::1; icmp6,icmp_type=135,nd_target=fe80::1",
            "ip,ip_frag=later; ip,nw_frag=later",
            "ip,ip_frag=not_later; ip,nw_frag=not_later",
            "sctp,tp_dst=9; sctp,tp_dst=9",
            "any; ",
            "; ",
            "ip,nw_src=0.0.0.0/0; ip");

    @Test
    void matchesAreWrittenAsTheSwitchWritesThem() {
        for (String each : WRITTEN) {
            String[] pair = each.split("; ", -1);
            FlowMatch match = FlowMatch.parse(pair[0]);
            assertThat(match).as(pair[0]).hasToString(pair[1]);
            assertThat(FlowMatch.parse(pair[1])).isEqualTo(match);
        }
    }

    /** The same texts through the switch's own parser and writer. */
    @Test
    void theSwitchAgrees() throws IOException, InterruptedException {
        Path program = Path.of("/usr/bin/ovs-ofctl");
        assumeTrue(Files.isExecutable(program), "skipped: " + program + " is not installed");
        Process process = new ProcessBuilder(program.toString(), "parse-flows", "-")
                .redirectErrorStream(true)
                .start();
        try (Writer input = process.outputWriter(UTF_8)) {
            for (String each : WRITTEN) {
                input.write(each.split("; ", -1)[0].replaceFirst("^(any)?$", "priority=1") + ",actions=drop\n");
            }
        }
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        List<String> theirs = output.lines()
                .filter(line -> line.contains(": ADD"))
                .map(line -> line.replaceFirst("^.*: ADD ?", "").replaceFirst("(^priority=1)? ?actions=drop$", ""))
                .toList();
        assertThat(theirs)
                .isEqualTo(WRITTEN.stream().map(each -> each.split("; ", -1)[1]).toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "nw_dst=10.0.0.2; nw_dst: needs ip",
                "ip,tp_dst=80; tp_dst: needs tcp, udp or sctp (or tcp6, udp6, sctp6)",
                "tcp,tp_dst=65536; tp_dst: '65536': expected a number from 0 to 65535, or such a NUMBER/MASK",
                "tcp,tp_dts=80; unknown field 'tp_dts' (did you mean 'tp_dst'?)",
                "tpc; unknown field 'tpc' (did you mean 'tcp'?)",
                "tcp,tp_dst; tp_dst: expected tp_dst=VALUE",
                "in_port=3,tcp; in_port: the port is no part of a flow, it follows from the chain's ends",
                "tcp,udp; udp: contradicts tcp",
                "tcp,ipv6_src=::1; ipv6_src: needs ipv6",
                "ip,nw_src=10.0.0; nw_src: '10.0.0': expected an IPv4 prefix such as 192.0.2.0/24",
                "tcp,tp_dst=80,tp_dst=81; tp_dst: contradicts tp_dst",
                "udp,tcp_flags=+syn; tcp_flags: needs tcp or tcp6",
                "tcp,tcp_flags=+foo; tcp_flags: '+foo': expected TCP flags such as +syn-ack (fin syn rst psh ack urg ece cwr ns)",
                "ip,ip_frag=maybe; ip_frag: 'maybe': expected no, yes, first, later or not_later",
                "ip,nw_tos=5; nw_tos: '5': expected a multiple of 4 (the two low bits are nw_ecn)",
                "dl_vlan=0xffff,dl_vlan_pcp=1; dl_vlan_pcp: needs a VLAN tag (dl_vlan)",
                "icmp,icmp_type=x; icmp_type: 'x': expected a number from 0 to 255, or such a NUMBER/MASK",
                "priority=5,tcp; unknown field 'priority'",
            })
    void faultsAreNamed(String text, String fault) {
        assertThatThrownBy(() -> FlowMatch.parse(text))
                .isInstanceOf(BadValueException.class)
                .hasMessage("'" + text + "': " + fault);
    }

    @Test
    void allFaultsAreNamedAtOnce() {
        assertThatThrownBy(() -> FlowMatch.parse("tcp,foo=1,nw_dst=1.2.3,in_port=1"))
                .hasMessageContainingAll("unknown field 'foo'", "nw_dst: '1.2.3'", "in_port: the port");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "tcp,nw_src=10.0.0.1,tp_dst=80; tcp,nw_dst=10.0.0.1,tp_src=80",
                "icmp,nw_dst=10.0.0.1,icmp_type=8; icmp,nw_src=10.0.0.1,icmp_type=0",
                "icmp6,icmp_type=129; icmp6,icmp_type=128",
                "icmp,icmp_type=3; icmp,icmp_type=3",
                "dl_src=02:00:00:00:00:01; dl_dst=02:00:00:00:00:01",
                "arp,arp_spa=10.0.0.1; arp,arp_tpa=10.0.0.1",
                "dl_vlan=7; dl_vlan=7",
            })
    void theOtherDirectionIsTheSwappedMatch(String text, String reversed) {
        assertThat(FlowMatch.parse(text).reversed()).hasToString(reversed);
        assertThat(FlowMatch.parse(text).reversed().reversed()).hasToString(text);
    }

    @Test
    void aPortIsReadWhereItIsAllowed() {
        PortMatch match = PortMatch.parse("tcp,in_port=uplink,tp_dst=22");
        assertThat(match.port()).contains("uplink");
        assertThat(match.match()).isEqualTo(FlowMatch.parse("tcp,tp_dst=22"));
        assertThat(match).hasToString("in_port=uplink,tcp,tp_dst=22");
        assertThatThrownBy(() -> PortMatch.parse("in_port")).hasMessageContaining("expected in_port=PORT");
    }

    @Test
    void fieldsAreSetAndTakenAway() {
        FlowMatch match = FlowMatch.parse("tcp,nw_dst=10.0.0.2,tp_dst=80");
        assertThat(match.without(MatchField.TP_DST)).hasToString("tcp,nw_dst=10.0.0.2");
        assertThat(match.with(MatchField.TP_DST, MaskedValue.exact(81, 16)))
                .hasToString("tcp,nw_dst=10.0.0.2,tp_dst=81");
        assertThat(match.get(MatchField.TP_DST)).contains(MaskedValue.exact(80, 16));
        assertThat(match.get(MatchField.TP_SRC)).isEmpty();
        assertThatThrownBy(() -> match.without(MatchField.ETH_TYPE)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "tcp; tcp,tp_dst=80; true",
                "tcp; udp; false",
                "ip,nw_src=10.0.0.0/8; ip,nw_src=10.1.0.0/16; true",
                "ip,nw_src=10.0.0.0/8; ip,nw_src=11.0.0.0/16; false",
                "ip,nw_src=10.0.0.0/8; ip,nw_dst=11.0.0.0/16; true",
                "any; arp; true",
            })
    void flowsMeetWhenAFrameBelongsToBoth(String one, String other, boolean expected) {
        assertThat(FlowMatch.parse(one).meets(FlowMatch.parse(other))).isEqualTo(expected);
        assertThat(FlowMatch.parse(other).meets(FlowMatch.parse(one))).isEqualTo(expected);
    }

    @Property(tries = 500)
    void whatIsWrittenIsReadBack(@ForAll("matches") FlowMatch match) {
        assertThat(FlowMatch.parse(match.toString())).isEqualTo(match);
        assertThat(match.reversed().reversed()).isEqualTo(match);
        assertThat(match.meets(match)).isTrue();
    }

    @Provide
    Arbitrary<FlowMatch> matches() {
        Arbitrary<String> base = Arbitraries.of(
                "", "ip", "ipv6", "tcp", "udp6", "icmp", "icmp6", "arp", "sctp6", "dl_vlan=7", "tcp6,dl_vlan=1");
        Arbitrary<SortedMap<MatchField, MaskedValue>> extra = Arbitraries.maps(
                        Arbitraries.of(MatchField.class),
                        Arbitraries.longs().array(long[].class).ofSize(4))
                .ofMaxSize(6)
                .map(FlowMatchTest::masked);
        return base.flatMap(text -> extra.map(fields -> withFitting(FlowMatch.parse(text), fields)));
    }

    private static SortedMap<MatchField, MaskedValue> masked(java.util.Map<MatchField, long[]> raw) {
        SortedMap<MatchField, MaskedValue> fields = new TreeMap<>();
        raw.forEach((field, v) -> {
            long low = field.bits() >= 64 ? -1 : (1L << field.bits()) - 1;
            long high = field.bits() > 64 ? -1 : 0;
            fields.put(field, new MaskedValue(v[0] & high, v[1] & low, v[2] & high, v[3] & low));
        });
        return fields;
    }

    /** The match with those of the fields whose needs it meets. */
    private static FlowMatch withFitting(FlowMatch match, SortedMap<MatchField, MaskedValue> fields) {
        FlowMatch result = match;
        for (MatchField field : fields.keySet()) {
            try {
                result = result.fields().containsKey(field) ? result : result.with(field, fields.get(field));
            } catch (IllegalArgumentException needsMore) {
                assertThat(needsMore).hasMessageContaining("needs");
            }
        }
        return result;
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "8", "24", "32"})
    void prefixLengthsAreFound(int length) {
        MaskedValue value = FlowMatch.parse("ip,nw_src=0.0.0.0/" + Math.max(length, 1))
                .get(MatchField.IP_SRC)
                .orElseThrow();
        assertThat(value.prefixLength(32)).isEqualTo(Math.max(length, 1));
        assertThat(MaskedValue.of(0, 0x0f).prefixLength(32)).isEqualTo(-1);
        assertThat(new MaskedValue(0, 0, -1, 1L << 63).prefixLength(128)).isEqualTo(65);
        assertThat(new MaskedValue(0, 0, -1L << 1, 0).prefixLength(128)).isEqualTo(63);
    }
}
