package org.flowstream.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Sets of objects, as the daemon makes, changes, prunes and takes them back; on a host in memory. */
final class ApplyTest extends DaemonTest {
    @Test
    void applyingAgainDoesNothingAndLeavesAloneWhatItDoesNotName() throws Exception {
        ok("POST", "/v1/apply?wait=20", request("other", false, "", chain("own", "udp", IMAGE)));
        JsonNode request = request("site", false, "", chain("web", "tcp", IMAGE), port("lab"));
        JsonNode first = ok("POST", "/v1/apply?wait=20", request);
        assertThat(told(first, "objects", "kind", "name", "change"))
                .containsExactly("Port lab create", "Chain web create");
        int done = world.done().size();
        JsonNode second = ok("POST", "/v1/apply?wait=20", request);
        assertThat(told(second, "objects", "kind", "name", "change"))
                .containsExactly("Port lab nothing", "Chain web nothing");
        assertThat(world.done()).hasSize(done);
        assertThat(chains()).containsExactly("own", "web");
    }

    @Test
    void pruneRemovesWhatTheSameSetMadeAndNothingElse() throws Exception {
        ok("POST", "/v1/chains?wait=20", chain("byrun", "tcp,tp_dst=1", IMAGE));
        ok("POST", "/v1/apply?wait=20", request("other", false, "", chain("theirs", "tcp,tp_dst=2", IMAGE)));
        ok(
                "POST",
                "/v1/apply?wait=20",
                request(
                        "site",
                        false,
                        "",
                        port("lab"),
                        chain("byrun", "tcp,tp_dst=5", IMAGE),
                        chain("a", "tcp,tp_dst=3", IMAGE),
                        chain("b", "tcp,tp_dst=4", IMAGE)));
        JsonNode answer = ok("POST", "/v1/apply?wait=20", request("site", true, "", chain("a", "tcp,tp_dst=3", IMAGE)));
        assertThat(told(answer, "objects", "kind", "name", "change"))
                .containsExactly("Chain a nothing", "Chain b remove", "Port lab remove");
        assertThat(chains()).containsExactly("a", "byrun", "theirs");
    }

    @Test
    void aPlanSaysWhatBecomesOfEachMiddleboxAndChangesNothing() throws Exception {
        ok(
                "POST",
                "/v1/apply?wait=20",
                request(
                        "site",
                        false,
                        "",
                        chain("same", "tcp,tp_dst=1", IMAGE),
                        chain("flow", "tcp,tp_dst=2", IMAGE),
                        chain("image", "tcp,tp_dst=3", IMAGE),
                        chain("gone", "tcp,tp_dst=4", IMAGE)));
        JsonNode plan = ok(
                "POST",
                "/v1/plan",
                request(
                        "site",
                        true,
                        "",
                        chain("same", "tcp,tp_dst=1", IMAGE),
                        chain("flow", "tcp,tp_dst=22", IMAGE),
                        chain("image", "tcp,tp_dst=3", OTHER_IMAGE),
                        chain("new", "tcp,tp_dst=5", IMAGE)));
        assertThat(told(plan, "middleboxes", "name", "effect"))
                .containsExactlyInAnyOrder("same nothing", "flow hot", "image restarts", "new starts", "gone stops");
        assertThat(plan.path("actions").toString())
                .contains("steer the flow of chain flow", "stop machine image", "start machine new", "machine gone")
                .doesNotContain("same");
        assertThat(chains()).containsExactly("flow", "gone", "image", "same");
    }

    @Test
    void aPoolIsWrittenDownAndGoesWithItsSet() throws Exception {
        JsonNode pool = json.readTree("""
                {"apiVersion": "flowstream/v1", "kind": "Pool", "name": "ready", "owner": "operator",
                 "spec": {"image": "runtime", "size": 4, "memoryMib": 8, "hypervisor": "auto"}}
                """);
        assertThat(told(ok("POST", "/v1/apply", request("site", false, "", pool)), "objects", "kind", "name", "change"))
                .containsExactly("Pool ready create");
        assertThat(told(ok("POST", "/v1/apply", request("site", false, "", pool)), "objects", "kind", "name", "change"))
                .containsExactly("Pool ready nothing");
        assertThat(told(ok("POST", "/v1/apply", request("site", true, "")), "objects", "kind", "name", "change"))
                .containsExactly("Pool ready remove");
    }

    @Test
    void whatIsWrongIsOneErrorAndNothingIsMade() throws Exception {
        ok("POST", "/v1/apply?wait=20", request("site", false, "", chain("web", "tcp,tp_dst=80", IMAGE)));
        JsonNode good = chain("good", "udp", IMAGE);
        assertThat(refused("/v1/apply", request("site", false, "", good, chain("all", "tcp", IMAGE))))
                .startsWith("chain 'all' overlaps with chain 'web': at port 'uplink'");
        assertThat(refused("/v1/apply", request("site", false, "", good, chain("u", "ip", IMAGE))))
                .contains("chain 'good' overlaps with chain 'u'", "chain 'u' overlaps with chain 'web'");
        assertThat(refused("/v1/apply", request("site", false, "", good, chain("p", "arp", IMAGE, "nosuch", "lab"))))
                .isEqualTo(
                        "port 'nosuch' is not on bridge 'flowstream', or has no network interface; nothing was created");
        assertThat(refused("/v1/apply", request("site", false, "", good, chain("i", "arp", "00".repeat(32)))))
                .isEqualTo("image sha256:" + "00".repeat(32) + " is not on this host");
        ObjectNode many = chain("many", "arp", IMAGE).deepCopy();
        ((ObjectNode) many.path("spec")).put("instances", "per-connection");
        assertThat(refused("/v1/apply", request("site", false, "", good, many)))
                .isEqualTo(
                        "chain 'many': instances per-connection are told apart by IP headers: the flow must say ip, ipv6,"
                                + " tcp, udp or the like");
        ((ObjectNode) many.path("spec")).put("flow", "ipv6").put("returnFlow", "ipv6");
        assertThat(refused("/v1/chains", many))
                .isEqualTo("chain 'many': instances per-connection of all of IPv6 would take neighbour discovery: add a"
                        + " protocol, such as tcp6");
        ((ObjectNode) many.path("spec")).put("flow", "tcp6").put("returnFlow", "tcp6,ipv6_dst=2001:db8::1");
        assertThat(refused("/v1/chains", many))
                .isEqualTo(
                        "chain 'many': instances per-connection need middleboxes that do not translate: what comes back"
                                + " would not tell which it is for");
        ((ObjectNode) many.path("spec")).put("returnFlow", "tcp6").put("part", "pooled/ready");
        assertThat(refused("/v1/chains", many)).isEqualTo("chain 'many' is a part of another: it cannot be declared");
        assertThat(refused("/v1/apply", request("site", false, "", good, good)))
                .isEqualTo("Chain 'good' is there twice");
        assertThat(chains()).containsExactly("web");
    }

    @Test
    void aChangeThatIsNotConfirmedIsTakenBack() throws Exception {
        ok("POST", "/v1/apply?wait=20", request("site", false, "", chain("a", "tcp", IMAGE), chain("b", "udp", IMAGE)));
        JsonNode answer = ok(
                "POST",
                "/v1/apply?wait=20",
                request("site", true, "1min", chain("a", "tcp", OTHER_IMAGE), chain("c", "arp", IMAGE)));
        assertThat(answer.path("confirmUntil").asText()).isNotEmpty();
        assertThat(chains()).containsExactly("a", "c");
        assertThat(refused("/v1/apply", request("site", false, "", chain("d", "arp", IMAGE))))
                .startsWith("the change of set 'site' waits for its confirmation until ");
        clock.forward(Duration.ofMinutes(2));
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> chains().equals(List.of("a", "b")));
        assertThat(ok("GET", "/v1/chains/a", json.createObjectNode()).toString())
                .contains(IMAGE);
        // What the set had made is the set's again.
        ok("POST", "/v1/apply?wait=20", request("site", true, "", chain("a", "tcp", IMAGE)));
        assertThat(chains()).containsExactly("a");
    }

    @Test
    void aConfirmedChangeStaysAndAnUnconfirmedOneIsTakenBackByTheNextDaemon() throws Exception {
        ok("POST", "/v1/apply?wait=20", request("site", false, "1min", chain("a", "tcp", IMAGE)));
        assertThat(ok("POST", "/v1/confirm", json.createObjectNode())
                        .path("set")
                        .asText())
                .isEqualTo("site");
        assertThat(refused("/v1/confirm", json.createObjectNode())).isEqualTo("no change waits for its confirmation");
        ok("POST", "/v1/apply?wait=20", request("site", false, "1min", chain("b", "udp", IMAGE)));
        daemon.close();
        clock.forward(Duration.ofMinutes(2));
        startDaemon();
        assertThat(chains()).containsExactly("a");
    }

    @Test
    void aBypassedChainLeadsFromPortToPortUntilItIsResumedAndApplyLeavesItSo() throws Exception {
        JsonNode request = request("site", false, "", chain("web", "tcp", IMAGE));
        ok("POST", "/v1/apply?wait=20", request);
        ok("POST", "/v1/chains/web/bypass?wait=20", json.createObjectNode());
        assertThat(ways()).containsExactly("uplink -> servers", "servers -> uplink");
        ok("POST", "/v1/apply?wait=20", request);
        assertThat(ok("GET", "/v1/chains/web", json.createObjectNode())
                        .at("/spec/bypassed")
                        .asBoolean())
                .isTrue();
        ok("POST", "/v1/chains/web/resume?wait=20", json.createObjectNode());
        assertThat(ways()).allMatch(way -> way.matches("(uplink|servers) -> fs.*"));
    }

    private List<String> ways() {
        return world.plans().stream()
                .flatMap(plan -> plan.intents().stream())
                .filter(org.flowstream.chain.RuleIntent.Enter.class::isInstance)
                .map(org.flowstream.chain.RuleIntent.Enter.class::cast)
                .map(enter -> enter.from().port() + " -> " + enter.to())
                .toList();
    }

    @Test
    void puttingOneChainMakesOrChangesIt() throws Exception {
        ok("PUT", "/v1/chains/web?wait=20", chain("web", "tcp", IMAGE));
        JsonNode changed = ok("PUT", "/v1/chains/web?wait=20", chain("web", "udp", IMAGE));
        assertThat(changed.at("/spec/flow").asText()).isEqualTo("udp");
        assertThat(send("PUT", "/v1/chains/other", chain("web", "udp", IMAGE)).getStatus())
                .isEqualTo(400);
    }
}
