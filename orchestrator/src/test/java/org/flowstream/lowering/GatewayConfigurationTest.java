package org.flowstream.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.flowstream.element.ElementLibrary;
import org.flowstream.problem.ProblemText;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.junit.jupiter.api.Test;

/** Configurations as people write them for gateways within a host: what they are made of compiles as it is. */
final class GatewayConfigurationTest {
    /** Devices named by their addresses, compounds around them, patterns with names, a host that is not there. */
    @Test
    void aTranslatingGatewayCompiles() {
        assertThat(problems("""
                define($PORTS 40000-49999)
                AddressInfo(lan 192.168.7.1 192.168.7.0/24 02:00:00:00:07:01,
                    wan 203.0.113.9 203.0.113.0/28 02:00:00:00:09:01, next_hop 02:00:00:00:09:fe, server 192.168.7.80);
                elementclass Side { $name |
                    in :: FromDevice($name) -> copy :: Tee -> output;
                    input -> out :: Queue(500) -> copy2 :: PullTee -> to :: ToDevice($name);
                    copy[1] -> ToHostSniffers;
                    copy2[1] -> ToHostSniffers($name);
                    ScheduleInfo(in .2, to 1);
                }
                lan_side :: Side(lan:eth);
                wan_side :: Side(wan:eth);
                AlignmentInfo(nat 4 0);
                to_host :: EtherEncap(ip, 2:2:2:2:2:2, lan) -> ToHost;
                FromHost(fake0, lan) -> Discard;

                lan_kind, wan_kind :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);
                resolver :: ARPQuerier(lan);
                lan_side -> lan_kind -> ARPResponder(lan) -> lan_side;
                lan_kind[1] -> replies :: Tee -> ToHost;
                replies[1] -> [1] resolver;
                lan_kind[3] -> Discard;
                wan_side -> wan_kind -> ARPResponder(wan) -> wan_side;
                wan_kind[1] -> ToHost;
                wan_kind[3] -> Discard;

                IPRewriterPatterns(outwards wan $PORTS - -, inwards lan $PORTS server -);
                nat :: IPRewriter(pattern outwards 0 1, pattern inwards 1 0, pass 0, pass 2);
                control :: TCPRewriter(pattern outwards 0 1, drop);
                outside :: GetIPAddress(16) -> CheckIPHeader -> EtherEncap(0x0800, wan:eth, next_hop:eth) -> wan_side;
                inside :: GetIPAddress(16) -> CheckIPHeader -> [0] resolver -> lan_side;
                nat[0] -> mine :: IPClassifier(dst host lan, -) -> to_host;
                mine[1] -> outside;
                nat[1] -> inside;
                nat[2] -> IPClassifier(dst host wan) -> to_host;
                control[0] -> outside;
                control[1] -> inside;

                wan_kind[2] -> Strip(14) -> CheckIPHeader
                    -> from_wan :: IPClassifier(dst host wan and dst tcp ssh or www, src tcp port ftp, tcp or udp, -);
                from_wan[0] -> [1] nat;
                from_wan[1] -> [1] control;
                from_wan[2] -> [3] nat;
                from_wan[3] -> Discard;
                lan_kind[2] -> Strip(14) -> CheckIPHeader
                    -> from_lan :: IPClassifier(dst host lan, dst net lan, dst tcp port ftp, -) -> [2] nat;
                from_lan[1] -> to_host;
                from_lan[2] -> FTPPortMapper(control, nat, 0) -> [0] control;
                from_lan[3] -> [0] nat;
                """)).isEmpty();
    }

    /** A packet in bytes with remarks between them, and pings by way of a compound without a name. */
    @Test
    void aSourceWithRemarksAndAPingerCompile() {
        assertThat(problems("""
                InfiniteSource(DATA \\<
                    // destination > source
                    02 00 00 00 00 01  02 00 00 00 00 02  08 00 /* IP */
                    45 00 00 14  00 00 00 00  40 11 00 00  01 00 00 01  02 00 00 02>, LIMIT 3, STOP true)
                    -> Strip(14) -> CheckIPHeader(18.26.4.255 2.255.255.255, CHECKSUM false) -> Print(ok) -> Discard;
                AddressInfo(me 10.1.1.1 02:00:00:00:00:09);
                FromDevice(0) -> c :: Classifier(12/0800, 12/0806 20/0002, -)
                    -> CheckIPHeader(14) -> ip :: IPClassifier(icmp echo-reply, -)
                    -> ICMPPingSource(me, 10.1.1.2) -> SetIPAddress(10.1.1.254) -> q :: ARPQuerier(me)
                    -> queue :: Queue -> { input -> t :: PullTee -> output; t[1] -> ToHostSniffers(0) } -> ToDevice(0);
                q[1] -> ARPPrint -> queue;
                c[1] -> [1] q;
                c[2] -> host :: ToHost;
                ip[1] -> host;
                """)).isEmpty();
    }

    /** A name has an address and a network: which is meant, the pattern says. */
    @Test
    void aNameBehindNetIsANetwork() {
        String names =
                "AddressInfo(lan 192.168.7.1 192.168.7.0/24, router 10.1.1.9/30, other 10.2.2.2/24, other:gw 10.2.2.99);";
        assertThat(compiled(names + """
                        Idle -> c :: IPClassifier(dst net lan and src lan, not net src lan, dst lan or net != router, -);
                        c[0] -> d :: Discard; c[1] -> d; c[2] -> d; c[3] -> d;
                        Idle -> SetIPAddress(router:gw) -> SetIPAddress(other:gw) -> Discard;
                        """)).isEqualTo(compiled(names + """
                        Idle -> c :: IPClassifier(dst net 192.168.7.0/24 and src host 192.168.7.1, not src net 192.168.7.0/24,
                            dst host 192.168.7.1 or net != 10.1.1.8/30, -);
                        c[0] -> d :: Discard; c[1] -> d; c[2] -> d; c[3] -> d;
                        Idle -> SetIPAddress(10.1.1.9) -> SetIPAddress(10.2.2.99) -> Discard;
                        """));
    }

    /** What it compiles to, without its own words. */
    private static List<String> compiled(String configuration) {
        Problems problems = new Problems();
        ElementLibrary library = ElementLibrary.load();
        var compiled = ConfigurationCompiler.compile(
                new SourceText("c.click", configuration), Map.of(), library, Devices.NUMBERED, problems);
        assertThat(ProblemText.plain(problems.list())).isEmpty();
        return compiled.orElseThrow()
                .blob()
                .dump(library)
                .lines()
                .filter(it -> !it.contains(" :: ") && !it.contains("config \""))
                .toList();
    }

    private static String problems(String configuration) {
        Problems problems = new Problems();
        ConfigurationCompiler.compile(
                new SourceText("c.click", configuration),
                Map.of(),
                ElementLibrary.load(),
                Devices.of(List.of(List.of("0", "lan:eth"), List.of("wan:eth"))),
                problems);
        return ProblemText.plain(problems.list());
    }
}
