package org.flowstream.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.flowstream.model.ExitReason;
import org.flowstream.model.MachineId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Machines that are halted on request, and what becomes of them; on a host in memory. */
final class SuspendTest extends DaemonTest {
    @BeforeEach
    void wire() throws Exception {
        ok("POST", "/v1/chains?wait=20", chain("fw", "tcp", IMAGE));
    }

    private JsonNode box() throws Exception {
        return ok("GET", "/v1/middleboxes/fw", json.createObjectNode());
    }

    private JsonNode ask(String what) throws Exception {
        return ok("POST", "/v1/chains/fw/" + what + "?wait=20", json.createObjectNode());
    }

    private List<String> since(int before) {
        return world.done().subList(before, world.done().size()).stream()
                .filter(it -> it.contains("machine fw"))
                .toList();
    }

    @Test
    void aMachineIsHaltedStaysSoAndGoesOn() throws Exception {
        int before = world.done().size();
        assertThat(ask("suspend").path("outcome").asText()).isEqualTo("its machines are halted");
        assertThat(box().path("state").asText()).isEqualTo("suspended");
        daemon.close();
        startDaemon();
        assertThat(box().path("state").asText()).isEqualTo("suspended");
        ask("start");
        assertThat(box().path("state").asText()).isEqualTo("ready");
        assertThat(since(before)).containsExactly("suspend machine fw", "resume machine fw");
    }

    @Test
    void oneThatDiesIsNotStartedAndResumingStartsItAnew() throws Exception {
        ask("suspend");
        int before = world.done().size();
        world.end(MachineId.parse(box().path("machine").asText()), ExitReason.Cause.DIED, "killed");
        ask("suspend");
        assertThat(box().path("state").asText()).isEqualTo("suspended");
        assertThat(box().path("reason").asText()).isEqualTo("its machine is gone: resuming starts it anew");
        assertThat(since(before)).isEmpty();
        ask("start");
        assertThat(since(before)).hasSize(1).allMatch(it -> it.startsWith("start machine fw"));
    }

    @Test
    void whatItIsNotForIsRefused() throws Exception {
        ask("stop");
        assertThat(refused("/v1/chains/fw/suspend", json.createObjectNode()))
                .isEqualTo("chain 'fw' is stopped: there is nothing to suspend");
        ObjectNode many = chain("many", "udp", IMAGE).deepCopy();
        ((ObjectNode) many.path("spec")).put("instances", "per-connection");
        ok("POST", "/v1/apply?wait=20", request("site", false, "", many));
        assertThat(refused("/v1/chains/many/suspend", json.createObjectNode()))
                .isEqualTo("the machines of chain 'many' come with packets, and go with their flows");
        ask("start");
        ask("suspend");
        ObjectNode reconfigure = json.createObjectNode()
                .put("image", "sha256:" + OTHER_IMAGE)
                .put("origin", "other")
                .put("returnFlow", "")
                .put("restart", false);
        reconfigure.putObject("parameters");
        assertThat(refused("/v1/middleboxes/fw/reconfigure", reconfigure)).startsWith("chain 'fw' is suspended");
        int before = world.done().size();
        ok("DELETE", "/v1/chains/fw?wait=20", json.createObjectNode());
        assertThat(since(before))
                .isNotEmpty()
                .allMatch(it -> it.startsWith("destroy machine fw") || it.startsWith("stop machine fw"));
    }
}
