package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A chain of three machines from one applied file, between the lab's endpoints, each with a link of MTU 1300 behind it:
 *
 * <pre>
 *   far              server              firewall   nat                limiter     client             near
 *   203.0.113.2  ==  198.18.0.2   =====  [fw]  ===  [nat]  ==========  [rate]  ==  192.168.77.2   ==  192.168.77.130
 *   2001:db8:2::2    2001:db8::2                198.18.0.100  192.168.77.1         2001:db8::1        2001:db8:77::2
 * </pre>
 *
 * IPv4 from the right is translated, so connections are opened from there; IPv6 passes the same machines as it is.
 */
@Tag("long")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ChainTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String FAR = "fstc-" + ProcessHandle.current().pid() % 1_000_000 + "f";
    private static final String NEAR = "fstc-" + ProcessHandle.current().pid() % 1_000_000 + "n";
    private static final String OUTSIDE = "198.18.0.100";
    private static final String FAR4 = "203.0.113.2";
    private static final String FAR6 = "2001:db8:2::2";
    private static final String NEAR6 = "2001:db8:77::2";
    private static final int PER_SECOND = 1000;

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    private static Path file() {
        String text = """
                {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "three", "spec": {
                   "between": ["%1$s", "%2$s"],
                   "middleboxes": [
                     {"name": "fw", "template": "firewall",
                      "health": {"ready": ["machine", "control", "forwarding", "function"]}, "parameters": {
                       "rules": ["deny udp dst port 7001", "allow all"],
                       "out_rules": ["deny udp dst port 7001", "allow all"],
                       "ip6_rules": ["deny udp dst port 7001", "allow all"],
                       "ip6_out_rules": ["deny udp dst port 7001", "allow all"]}},
                     {"name": "nat", "template": "nat", "parameters": {
                       "address": "%3$s", "outside_net": "198.18.0.0/24", "gateway": "198.18.0.2",
                       "inside_address": "192.168.77.1", "inside_net": "192.168.77.0/24", "ip6": "allow all"}},
                     {"name": "rate", "template": "rate-limiter", "parameters": {
                       "rate": "1Gbps", "back_rate": "1Gbps"}}]}}
                """.formatted(LAB.server().port(), LAB.client().port(), OUTSIDE);
        try {
            return Files.writeString(LAB.platform().home().resolve("chain.json"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void apply() {
        LAB.flowstream("apply", "-f", file().toString(), "--set", "lab").ok();
    }

    @BeforeAll
    static void chain() {
        Endpoint client = LAB.client();
        Endpoint server = LAB.server();
        client.command("ip", "addr", "flush", "dev", "eth0", "scope", "global").output();
        client.command("ip", "addr", "add", "192.168.77.2/24", "dev", "eth0").output();
        client.command("ip", "addr", "add", client.ip6() + "/64", "dev", "eth0", "nodad")
                .output();
        behind(server, FAR, "203.0.113.1/24", FAR4 + "/24", "2001:db8:2::1/64", FAR6 + "/64");
        behind(client, NEAR, "192.168.77.129/25", "192.168.77.130/25", "2001:db8:77::1/64", NEAR6 + "/64");
        client.command("sysctl", "-qw", "net.ipv4.conf.eth0.proxy_arp=1").output();
        client.command("ip", "route", "add", "default", "via", "192.168.77.1").output();
        client.command("ip", "-6", "route", "add", "default", "via", server.ip6())
                .output();
        server.command("ip", "-6", "route", "add", "2001:db8:77::/64", "via", client.ip6())
                .output();
        server.serve(80, Path.of("/dev/null"));
        server.command("iperf3", "--server").start(Path.of("/dev/null"));
        Wait.until(
                "iperf3's server",
                BOUND,
                () -> server.command("ss", "-Hltn", "sport", "=", ":5201")
                        .run()
                        .out()
                        .contains(":5201"));
        apply();
    }

    /** A computer behind an endpoint, which becomes its router, on a link of MTU 1300. */
    private static void behind(Endpoint router, String name, String router4, String its4, String router6, String its6) {
        Command.of("ip", "netns", "add", name).output();
        router.command(
                        "ip", "link", "add", "behind", "mtu", "1300", "type", "veth", "peer", "name", "eth0", "netns",
                        name)
                .output();
        router.command("ip", "addr", "add", router4, "dev", "behind").output();
        router.command("ip", "addr", "add", router6, "dev", "behind", "nodad").output();
        router.command("ip", "link", "set", "behind", "up").output();
        router.command("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
                .output();
        in(name, "ip", "link", "set", "eth0", "mtu", "1300", "up");
        in(name, "ip", "addr", "add", its4, "dev", "eth0");
        in(name, "ip", "addr", "add", its6, "dev", "eth0", "nodad");
        in(name, "ip", "route", "add", "default", "via", router4.substring(0, router4.indexOf('/')));
        in(name, "ip", "-6", "route", "add", "default", "via", router6.substring(0, router6.indexOf('/')));
    }

    private static String in(String namespace, String... argv) {
        List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        whole.addAll(List.of(argv));
        return Command.of(whole).within(Duration.ofSeconds(30)).output();
    }

    @AfterAll
    static void end() {
        LAB.flowstream("chain", "rm", "three");
        Command.of("ip", "netns", "del", FAR).run();
        Command.of("ip", "netns", "del", NEAR).run();
    }

    private static String in(Endpoint endpoint, String... argv) {
        return endpoint.command(argv).within(Duration.ofSeconds(30)).run().out();
    }

    private static String curl(String host) {
        return in(LAB.client(), "curl", "-sS", "--globoff", "--max-time", "5", "http://" + host + "/");
    }

    /** A figure that proves that a packet passed a machine. */
    private static long count(String middlebox, String handler) {
        return Long.parseLong(
                LAB.flowstream("handler", "read", middlebox, handler).ok().out().strip());
    }

    @Test
    @Order(1)
    void ip4PassesFirewallTranslatorAndLimiterBothWays() {
        assertThat(curl(LAB.server().ip4())).isEqualTo("hello from 80\n");
        assertThat(count("rate", "outward.count")).isPositive();
        assertThat(count("nat", "translate.nmappings")).isPositive();
        assertThat(LAB.client().ping(3, LAB.server().ip4())).contains("3 received");
        // From outside there is the one address, which nat answers for.
        assertThat(LAB.server().ping(2, OUTSIDE)).contains("2 received");
        iperf(LAB.server().ip4());
        iperf(LAB.server().ip4(), "--reverse");
        iperf(LAB.server().ip4(), "--udp", "--bitrate", "20M");
        iperf(LAB.server().ip4(), "--udp", "--bitrate", "20M", "--reverse");
    }

    @Test
    @Order(2)
    void ip6PassesTheSameMachinesBothWays() {
        long before = count("rate", "outward.count");
        assertThat(curl("[" + LAB.server().ip6() + "]")).isEqualTo("hello from 80\n");
        assertThat(count("rate", "outward.count")).isGreaterThan(before);
        assertThat(LAB.client().ping(3, LAB.server().ip6())).contains("3 received");
        assertThat(LAB.server().ping(3, LAB.client().ip6())).contains("3 received");
        iperf(LAB.server().ip6());
        iperf(LAB.server().ip6(), "--reverse");
        iperf(LAB.server().ip6(), "--udp", "--bitrate", "20M");
        iperf(LAB.server().ip6(), "--udp", "--bitrate", "20M", "--reverse");
    }

    private static void iperf(String address, String... more) {
        List<String> argv = new ArrayList<>(List.of("iperf3", "--json", "--time", "1", "--client", address));
        argv.addAll(List.of(more));
        double bits = Iperf.receivedBitsPerSecond(
                LAB.client().command(argv.toArray(String[]::new)).within(Duration.ofSeconds(30)));
        System.out.printf(
                "iperf3 to %s %s through three machines: %.0f Mbit/s%n", address, String.join(" ", more), bits / 1e6);
        // Far below what is measured: this finds a stall, not a slow machine.
        assertThat(bits).as(address + " " + String.join(" ", more)).isGreaterThan(2e6);
    }

    @Test
    @Order(3)
    void bothSidesFindThePathsMtu() {
        assertThat(in(LAB.client(), "ping", "-c", "2", "-i", "0.2", "-W", "2", "-M", "do", "-s", "1400", FAR4))
                .contains("mtu = 1300");
        assertThat(in(LAB.client(), "ip", "route", "get", FAR4)).contains("mtu 1300");
        assertThat(in(LAB.client(), "ping", "-c", "2", "-i", "0.2", "-W", "2", "-M", "do", "-s", "1400", FAR6))
                .contains("mtu=1300");
        assertThat(in(LAB.server(), "ping", "-c", "2", "-i", "0.2", "-W", "2", "-M", "do", "-s", "1400", NEAR6))
                .contains("mtu=1300");
        // Datagrams of 1,400 bytes to the near one: its router says that they do not fit, and nat has it come from its
        // own
        // address, about its own port. That ends the first run; in the second the server cuts them.
        Command large = Command.of(
                "ip",
                "netns",
                "exec",
                NEAR,
                "iperf3",
                "--json",
                "--time",
                "1",
                "--client",
                LAB.server().ip4(),
                "--udp",
                "--bitrate",
                "5M",
                "--length",
                "1400",
                "--reverse");
        large.run();
        assertThat(in(LAB.server(), "ip", "route", "get", OUTSIDE)).contains("mtu 1300");
        assertThat(Iperf.receivedBitsPerSecond(large.output()))
                .as("what came in fragments")
                .isGreaterThan(2e6);
    }

    @Test
    @Order(4)
    void fragmentsOfIp6ArriveWhereTheyMayAndNotAtADeniedPort() {
        for (boolean outward : new boolean[] {true, false}) {
            Endpoint from = outward ? LAB.client() : LAB.server();
            Endpoint to = outward ? LAB.server() : LAB.client();
            try (Fragments open = Fragments.listen(to, 7000);
                    Fragments closed = Fragments.listen(to, 7001)) {
                // Their neighbour is known by now, and stays so.
                Fragments.send6(from, to, 7001);
                Fragments.send6(from, to, 7000);
                assertThat(open.awaitBytes(BOUND)).isEqualTo(Fragments.LENGTH);
                assertThat(closed.bytes()).isZero();
            }
        }
    }

    @Test
    @Order(5)
    void fragmentsOfIp4ArriveTranslatedAndNotAtADeniedPort() {
        Endpoint client = LAB.client();
        Endpoint server = LAB.server();
        try (Fragments open = Fragments.listen(server, 7000);
                Fragments closed = Fragments.listen(server, 7001)) {
            Fragments.route(client, server.ip4(), 7001, 4000);
            Fragments.route(client, server.ip4(), 7000, 4000);
            assertThat(open.awaitBytes(BOUND)).isEqualTo(Fragments.LENGTH);
            assertThat(closed.bytes()).isZero();
        }
        // What was sent from ports 4000 and 7001 opened the way back, and they are free outside, so nat keeps them.
        try (Fragments opener = Fragments.listen(server, 7002);
                Fragments open = Fragments.listen(client, 4000);
                Fragments closed = Fragments.listen(client, 7001)) {
            Fragments.route(client, server.ip4(), 7002, 7001);
            Fragments.route(client, server.ip4(), 7002, 4000);
            Wait.until("both datagrams", BOUND, () -> opener.bytes() == 2 * Fragments.LENGTH);
            Fragments.route(server, OUTSIDE, 7001, 7002);
            Fragments.route(server, OUTSIDE, 4000, 7002);
            assertThat(open.awaitBytes(BOUND)).isEqualTo(Fragments.LENGTH);
            assertThat(closed.bytes()).isZero();
        }
    }

    @Test
    @Order(6)
    void traceTellsOfEachHop() throws IOException {
        JsonNode tcp = trace("tcp,nw_src=192.168.77.2,nw_dst=" + LAB.server().ip4() + ",tp_dst=80");
        assertThat(passed(tcp)).as(tcp.toString()).containsExactly("rate", "nat", "fw");
        assertThat(tcp.path("verdict").path(0).asText())
                .isEqualTo("It reaches " + LAB.server().port() + ".");
        System.out.println(LAB.flowstream(
                        "trace",
                        match("tcp,nw_src=192.168.77.2,nw_dst=" + LAB.server().ip4() + ",tp_dst=80"))
                .out());
    }

    /** As the client sends it: IPv4 to its gateway, behind the limiter. */
    private static String match(String flow) {
        String gateway = in(LAB.client(), "ip", "-o", "neigh", "show", "192.168.77.1")
                .replaceFirst("(?s).* lladdr (\\S+).*", "$1");
        return flow + ",dl_dst=" + gateway + ",in_port=" + LAB.client().port();
    }

    private static JsonNode trace(String flow) throws IOException {
        return new ObjectMapper()
                .readTree(LAB.flowstream("trace", "--output", "json", match(flow))
                        .ok()
                        .out())
                .path(0);
    }

    /** The middleboxes of a trace, in order; each must say by which elements it led. */
    private static List<String> passed(JsonNode trace) {
        List<String> names = new ArrayList<>();
        for (JsonNode hop : trace.path("hops")) {
            String place = hop.path("where").asText();
            assertThat(hop.path("way")).as(hop.toString()).isNotEmpty();
            if (!place.equals("switch")) {
                names.add(place);
            }
        }
        return names;
    }

    @Test
    @Order(7)
    void applyingAgainHasNothingToDo() {
        assertThat(LAB.flowstream("plan", "-f", file().toString(), "--set", "lab")
                        .ok()
                        .out())
                .contains("No actions");
    }

    /** On a host that starves the switch it loses frames before it sees them: these are nobody's fault here. */
    @Test
    @Order(8)
    void aBypassAndItsEndLoseNothingUnderTraffic() {
        long lostBefore = SwitchLosses.at(Platform.bridge());
        try (Stream stream = stream(9001, Duration.ofSeconds(7))) {
            stream.awaitArrivals(PER_SECOND / 2, BOUND);
            int before = stream.arrivals().size();
            LAB.flowstream("chain", "bypass", "three").ok();
            long passed = count("rate", "outward.count");
            int seen = stream.arrivals().size();
            stream.awaitArrivals(seen + PER_SECOND / 4, BOUND);
            assertThat(count("rate", "outward.count"))
                    .as("what the machines saw while they were bypassed")
                    .isEqualTo(passed);
            int bypassed = stream.arrivals().size();
            LAB.flowstream("chain", "resume", "three").ok();
            Stream.Outcome outcome = stream.finish(BOUND);
            long starved = SwitchLosses.at(Platform.bridge()) - lostBefore;
            System.out.printf(
                    "bypass and resume: %d of %d lost, of which the switch never saw %d%n",
                    outcome.lost(), outcome.sent(), starved);
            assertThat(outcome.lostNumbers())
                    .as("lost, bypassed after %d and resumed after %d", before, bypassed)
                    .hasSizeLessThanOrEqualTo(Math.toIntExact(starved));
            assertThat(count("rate", "outward.count")).isGreaterThan(passed + PER_SECOND / 2);
        }
    }

    /**
     * What is lost is counted by the numbers of the datagrams that did not arrive: at most those that were within the
     * three machines at that moment. They hold a packet for some milliseconds each on a busy host.
     */
    @Test
    @Order(9)
    void removingTheChainUnderTrafficLosesAtMostWhatIsInFlight() {
        try (Stream stream = stream(9002, Duration.ofSeconds(5))) {
            stream.awaitArrivals(PER_SECOND / 2, BOUND);
            LAB.flowstream("chain", "rm", "three").ok();
            Stream.Outcome outcome = stream.finish(BOUND);
            System.out.printf("removal: %d of %d lost%n", outcome.lost(), outcome.sent());
            assertThat(outcome.lost()).isLessThanOrEqualTo(PER_SECOND / 20);
            assertThat(outcome.arrivedAfterLoss()).isPositive();
        }
    }

    /** Of IPv6: the one of IPv4 goes to an address of nat's. */
    private static Stream stream(int port, Duration length) {
        return Stream.start(LAB.client(), LAB.server(), LAB.server().ip6(), port, PER_SECOND, length);
    }
}
