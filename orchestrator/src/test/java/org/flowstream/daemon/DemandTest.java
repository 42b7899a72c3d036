package org.flowstream.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.flowstream.model.ChainId;
import org.flowstream.openflow.PacketIns;
import org.flowstream.rules.Cookie;
import org.junit.jupiter.api.Test;

/** How pools stand, and which first packets got no machine: told by the interface and as figures. */
final class DemandTest extends DaemonTest {
    private static byte[] datagram(int n) {
        return datagram(n, 53);
    }

    /** UDP from 10.0.0.1, source port 1000 + n, to 10.0.0.2, without a payload. */
    private static byte[] datagram(int n, int port) {
        return HexFormat.of()
                .parseHex("0200000000020200000000010800" + "4500001c00000000401100000a" + "000001" + "0a000002"
                        + String.format("%04x%04x", 1000 + n, port) + "00080000");
    }

    private static byte[] arp() {
        return HexFormat.of().parseHex("ffffffffffff0200000000010806" + "00".repeat(28));
    }

    private ObjectNode onDemand(String failure, int newPerSecond) {
        ObjectNode chain = chain("dns", "udp", IMAGE).deepCopy();
        ObjectNode spec = (ObjectNode) chain.path("spec");
        spec.put("instances", "per-connection").put("failure", failure);
        spec.putObject("limits").put("instances", 10).put("newPerSecond", newPerSecond);
        return chain;
    }

    private JsonNode pool(int size) throws Exception {
        return json.readTree("""
                {"apiVersion": "flowstream/v1", "kind": "Pool", "name": "waiting", "owner": "alice",
                 "spec": {"image": "runtime", "size": %d, "memoryMib": 8, "hypervisor": "auto"}}
                """.formatted(size));
    }

    private JsonNode get(String path) throws Exception {
        return ok("GET", path, json.createObjectNode());
    }

    private List<String> figures(String family) throws Exception {
        return send("GET", "/metrics", json.createObjectNode())
                .getContentAsString()
                .lines()
                .filter(line -> line.startsWith(family + "{"))
                .toList();
    }

    private void arrive(byte[] frame) {
        arrive("dns", 1, frame);
    }

    private void arrive(String chain, int port, byte[] frame) {
        ChainId id = world.plans().stream()
                .filter(plan -> plan.name().toString().equals(chain))
                .findFirst()
                .orElseThrow()
                .id();
        world.arrive(PacketIns.of(Cookie.of(Cookie.Kind.FIRST, id.bits()).bits(), port, frame));
    }

    @Test
    void aPoolTellsHowManyAreToWaitAndHowManyDo() throws Exception {
        ok("POST", "/v1/apply?wait=20", request("site", false, "", pool(3)));
        assertThat(get("/v1/pools").path(0).path("wanted").asInt()).isZero();
        ok("POST", "/v1/apply?wait=20", request("site", false, "", onDemand("closed", 100)));
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> get("/v1/pools").path(0).path("ready").asInt() == 3);
        JsonNode pool = get("/v1/pools").path(0);
        assertThat(pool.path("wanted").asInt()).isEqualTo(3);
        assertThat(pool.path("starting").asInt()).isZero();
        assertThat(figures("flowstream_pool_machines"))
                .containsExactlyInAnyOrder(
                        "flowstream_pool_machines{owner=\"alice\",pool=\"waiting\",state=\"ready\"} 3.0",
                        "flowstream_pool_machines{owner=\"alice\",pool=\"waiting\",state=\"starting\"} 0.0");
        assertThat(figures("flowstream_pool_wanted_machines"))
                .containsExactly("flowstream_pool_wanted_machines{owner=\"alice\",pool=\"waiting\"} 3.0");
        assertThat(figures("flowstream_chain_instances"))
                .containsExactly("flowstream_chain_instances{chain=\"dns\",owner=\"operator\"} 0.0");
    }

    @Test
    void packetsThatGetNoMachineAreCountedByReason() throws Exception {
        // One instance a second at most; it cannot be set up, for the host in memory has no control channels.
        ok("POST", "/v1/apply?wait=20", request("site", false, "", onDemand("open", 1), pool(1)));
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> get("/v1/pools").path(0).path("ready").asInt() == 1);
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            arrive(arp());
            return !shed().isEmpty();
        });
        for (int n = 0; n < 4; n++) {
            arrive(datagram(n));
        }
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> shed().contains("failed 1"));
        assertThat(shed()).contains("limits 3", "failed 1").anyMatch(it -> it.startsWith("no-part "));
        assertThat(figures("flowstream_first_packets_shed_total"))
                .contains(
                        "flowstream_first_packets_shed_total{chain=\"dns\",owner=\"operator\",reason=\"limits\"} 3.0",
                        "flowstream_first_packets_shed_total{chain=\"dns\",owner=\"operator\",reason=\"failed\"} 1.0");
        JsonNode demand = get("/v1/chains/dns/demand");
        assertThat(demand.path("mostInstances").asInt()).isEqualTo(10);
        assertThat(demand.path("newPerSecond").asInt()).isEqualTo(1);
        // With the failure policy open they go on from port to port.
        assertThat(world.sent()).isGreaterThanOrEqualTo(4);
        ok("DELETE", "/v1/chains/dns?wait=20", json.createObjectNode());
        assertThat(figures("flowstream_first_packets_shed_total")).isEmpty();
        assertThat(send("GET", "/v1/chains/dns/demand", json.createObjectNode()).getStatus())
                .isEqualTo(404);
    }

    /** No packet of the flow that a chain was given meets the chain as it was before. */
    @Test
    void aFirstPacketIsOfTheChainAsItIsDeclaredThen() throws Exception {
        for (int port = 53; port < 59; port++) {
            ObjectNode chain = onDemand("closed", 100);
            ((ObjectNode) chain.path("spec")).put("flow", "udp,tp_dst=" + port);
            ok("POST", "/v1/apply?wait=20", request("site", false, "", chain));
            arrive(datagram(1, port));
        }
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> shed().contains("failed 6"));
        assertThat(shed()).containsExactly("failed 6");
    }

    /** The same addresses and ports on another wire are another connection. */
    @Test
    void aConnectionIsOfTheChainThatItsPacketCameFor() throws Exception {
        ObjectNode other = chain("lab", "udp", IMAGE, "lab", "servers").deepCopy();
        ((ObjectNode) other.path("spec")).put("instances", "per-connection").put("priority", 101);
        ok("POST", "/v1/apply?wait=20", request("site", false, "", onDemand("closed", 100), other));
        CountDownLatch starts = new CountDownLatch(1);
        world.holdStarts(starts);
        arrive("dns", 1, datagram(1));
        arrive("lab", 3, datagram(1));
        starts.countDown();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> shed("dns").contains("failed 1"));
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> shed("lab").contains("failed 1"));
    }

    private List<String> shed() throws Exception {
        return shed("dns");
    }

    private List<String> shed(String chain) throws Exception {
        return told(get("/v1/chains/" + chain + "/demand"), "shed", "reason", "packets");
    }
}
