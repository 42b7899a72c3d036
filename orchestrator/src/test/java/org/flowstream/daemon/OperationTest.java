package org.flowstream.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.eclipse.jetty.client.ContentResponse;
import org.flowstream.model.ExitReason;
import org.flowstream.model.MachineId;
import org.junit.jupiter.api.Test;

/** What is asked for goes on as an operation, which can be shown, awaited and cancelled. */
final class OperationTest extends DaemonTest {
    private JsonNode operation(long id) throws Exception {
        return ok("GET", "/v1/operations/" + id, json.createObjectNode());
    }

    private JsonNode awaited(long id) throws Exception {
        return ok("GET", "/v1/operations/" + id + "?wait=20", json.createObjectNode());
    }

    private JsonNode begun(String method, String path, JsonNode body) throws Exception {
        ContentResponse response = send(method, path, body);
        assertThat(response.getStatus()).as(response.getContentAsString()).isEqualTo(202);
        return json.readTree(response.getContent());
    }

    private JsonNode run(String name) throws Exception {
        return begun("POST", "/v1/chains", chain(name, "tcp", IMAGE));
    }

    private void ready(String name) throws Exception {
        assertThat(awaited(run(name).path("id").asLong()).path("state").asText())
                .isEqualTo("done");
    }

    private String cancelRefused(long id) throws Exception {
        return refused("/v1/operations/" + id + "/cancel", json.createObjectNode());
    }

    private JsonNode cancelled(long id) throws Exception {
        return ok("POST", "/v1/operations/" + id + "/cancel", json.createObjectNode());
    }

    private JsonNode middlebox(String name) throws Exception {
        return ok("GET", "/v1/middleboxes/" + name, json.createObjectNode());
    }

    private List<String> stages(JsonNode operation) {
        List<String> stages = new ArrayList<>();
        operation.path("stages").forEach(stage -> stages.add(stage.path("stage").asText()));
        return stages;
    }

    @Test
    void aRunThatIsNotWaitedForIsAnOperationWithItsStagesAndItsOutcome() throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        world.holdStarts(start);
        JsonNode run = run("fw");
        long id = run.path("id").asLong();
        assertThat(run.path("kind").asText()).isEqualTo("run");
        assertThat(run.path("owner").asText()).isEqualTo("operator");
        assertThat(run.path("subject").asText()).isEqualTo("fw");
        assertThat(operation(id).path("state").asText()).isEqualTo("running");
        assertThat(operation(id).path("waitsFor").asText()).startsWith("fw is not ready: ");
        assertThat(operation(id).has("end")).isFalse();
        start.countDown();
        JsonNode done = awaited(id);
        assertThat(done.path("state").asText()).isEqualTo("done");
        assertThat(done.path("outcome").asText()).isEqualTo("it is ready");
        assertThat(stages(done)).containsExactlyInAnyOrder("machine", "guest", "health", "wiring");
        assertThat(done.has("end")).isTrue();
        assertThat(done.has("waitsFor")).isFalse();
    }

    @Test
    void eachKindOfRequestBeginsOne() throws Exception {
        ok("POST", "/v1/chains?wait=20", chain("fw", "tcp", IMAGE));
        for (String verb : List.of("restart", "bypass", "resume", "stop", "start")) {
            ok("POST", "/v1/chains/fw/" + verb + "?wait=20", json.createObjectNode());
        }
        JsonNode applied = ok("POST", "/v1/apply?wait=20", request("site", false, "", chain("fw", "udp", OTHER_IMAGE)));
        ok("DELETE", "/v1/chains/fw?wait=20", json.createObjectNode());
        JsonNode list = ok("GET", "/v1/operations", json.createObjectNode());
        assertThat(told(json.createObjectNode().set("list", list), "list", "id", "kind", "subject", "state"))
                .containsExactly(
                        "1 run fw done",
                        "2 restart fw done",
                        "3 bypass fw done",
                        "4 resume fw done",
                        "5 stop fw done",
                        "6 start fw done",
                        "7 apply site done",
                        "8 remove fw done");
        assertThat(applied.path("operation").asLong()).isEqualTo(7);
        assertThat(stages(operation(8))).contains("destroy-machine");
        assertThat(ok("GET", "/v1/operations?running", json.createObjectNode())).isEmpty();
        assertThat(ok("GET", "/v1/operations?chain=other", json.createObjectNode()))
                .isEmpty();
    }

    @Test
    void aCancelledRunIsRemovedAgain() throws Exception {
        world.guestsHang();
        long id = run("fw").path("id").asLong();
        JsonNode cancelled = cancelled(id);
        assertThat(cancelled.path("state").asText()).isEqualTo("cancelled");
        assertThat(cancelled.path("outcome").asText()).isEqualTo("it is removed again");
        assertThat(chains()).isEmpty();
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(world::isEmpty);
        assertThat(cancelRefused(id)).isEqualTo("operation 1 has ended");
        assertThat(refused("/v1/operations/9/cancel", json.createObjectNode())).isEqualTo("there is no operation 9");
    }

    @Test
    void aRunThatSomeoneWaitsForSaysThatItWasCancelled() throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        world.holdStarts(start);
        Thread other = new Thread(() -> {
            try {
                Awaitility.await()
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> send("GET", "/v1/operations/1", json.createObjectNode())
                                        .getStatus()
                                == 200);
                cancelled(1);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            } finally {
                start.countDown();
            }
        });
        other.start();
        String said =
                send("POST", "/v1/chains?wait=30", chain("fw", "tcp", IMAGE)).getContentAsString();
        other.join();
        assertThat(said).contains("\"operation\":1", "operation 1 was cancelled: it is removed again");
    }

    @Test
    void aCancelledApplyIsAsBeforeItAndOneThatAnotherOvertakesFails() throws Exception {
        ok(
                "POST",
                "/v1/apply?wait=20",
                request("site", false, "", chain("a", "tcp,tp_dst=1", IMAGE), chain("b", "tcp,tp_dst=2", IMAGE)));
        world.guestsHang();
        long id = ok(
                        "POST",
                        "/v1/apply",
                        request(
                                "site",
                                true,
                                "",
                                chain("a", "tcp,tp_dst=1", OTHER_IMAGE),
                                chain("c", "tcp,tp_dst=3", IMAGE)))
                .path("operation")
                .asLong();
        assertThat(chains()).containsExactly("a", "c");
        assertThat(cancelled(id).path("outcome").asText()).isEqualTo("all is declared as it was before");
        assertThat(chains()).containsExactly("a", "b");
        assertThat(middlebox("a").path("image").asText()).isEqualTo("sha256:" + IMAGE);

        long next = ok("POST", "/v1/apply", request("site", false, "", chain("d", "arp", IMAGE)))
                .path("operation")
                .asLong();
        ok("POST", "/v1/apply", request("site", false, "", chain("d", "udp", IMAGE)));
        assertThat(awaited(next).path("outcome").asText()).isEqualTo("d: it was changed since");
    }

    @Test
    void aCancelledApplyWaitsForNoConfirmation() throws Exception {
        world.guestsHang();
        JsonNode applied = ok("POST", "/v1/apply", request("site", false, "1min", chain("a", "tcp", IMAGE)));
        assertThat(applied.has("confirmUntil")).isTrue();
        assertThat(cancelled(applied.path("operation").asLong()).path("state").asText())
                .isEqualTo("cancelled");
        assertThat(chains()).isEmpty();
        assertThat(refused("/v1/confirm", json.createObjectNode())).isEqualTo("no change waits for its confirmation");
    }

    @Test
    void aStopIsTakenBackAndARestartCannotBe() throws Exception {
        ready("fw");
        world.refuse("stop machine", "the button does not work");
        long stop = begun("POST", "/v1/chains/fw/stop", json.createObjectNode())
                .path("id")
                .asLong();
        assertThat(cancelled(stop).path("state").asText()).isEqualTo("cancelled");
        assertThat(ok("GET", "/v1/chains/fw", json.createObjectNode())
                        .at("/spec/state")
                        .asText())
                .isEqualTo("running");
        world.allowAll();
        CountDownLatch start = new CountDownLatch(1);
        world.holdStarts(start);
        long restart = begun("POST", "/v1/chains/fw/restart", json.createObjectNode())
                .path("id")
                .asLong();
        assertThat(cancelRefused(restart)).isEqualTo("a machine that is ended does not come back as it was");
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> world.done().stream().anyMatch(it -> it.startsWith("stop machine")));
        assertThat(operation(restart).path("state").asText()).isEqualTo("running");
        start.countDown();
        assertThat(awaited(restart).path("state").asText()).isEqualTo("done");
    }

    @Test
    void whatDoesNotComeAboutByItselfFailsAndWhatWasAskedStands() throws Exception {
        world.refuse("start machine fw", "no memory");
        JsonNode failed = awaited(run("fw").path("id").asLong());
        assertThat(failed.path("state").asText()).isEqualTo("failed");
        assertThat(failed.path("outcome").asText())
                .startsWith("fw: start machine fw")
                .endsWith("no memory");
        assertThat(chains()).containsExactly("fw");
    }

    @Test
    void aStartThatIsOvertakenByAStopFails() throws Exception {
        ready("fw");
        ok("POST", "/v1/chains/fw/stop?wait=20", json.createObjectNode());
        world.guestsHang();
        long start = begun("POST", "/v1/chains/fw/start", json.createObjectNode())
                .path("id")
                .asLong();
        ok("POST", "/v1/chains/fw/stop?wait=20", json.createObjectNode());
        assertThat(awaited(start).path("outcome").asText()).isEqualTo("fw: it was stopped");
    }

    @Test
    void theNextDaemonGoesOnWithWhatItCanTell() throws Exception {
        ready("old");
        MachineId machine = MachineId.parse(middlebox("old").path("machine").asText());
        CountDownLatch never = new CountDownLatch(1);
        world.holdStarts(never);
        long run = begun("POST", "/v1/chains", chain("fw", "udp", IMAGE))
                .path("id")
                .asLong();
        long restart = begun("POST", "/v1/chains/old/restart", json.createObjectNode())
                .path("id")
                .asLong();
        daemon.close();
        world.end(machine, ExitReason.Cause.DIED, "with the host");
        never.countDown();
        startDaemon();
        JsonNode done = awaited(run);
        assertThat(done.path("state").asText()).isEqualTo("done");
        JsonNode lost = operation(restart);
        assertThat(lost.path("state").asText()).isEqualTo("failed");
        assertThat(lost.path("outcome").asText()).startsWith("the daemon ended before it was done");
        assertThat(operation(1).path("outcome").asText()).isEqualTo("it is ready");
        assertThat(stages(operation(1))).hasSize(4);
        assertThat(begun("POST", "/v1/chains/old/stop", json.createObjectNode())
                        .path("id")
                        .asLong())
                .isEqualTo(restart + 1);
    }

    @Test
    void ofThoseThatHaveEndedTheLatestTwoHundredAreKept() throws Exception {
        ready("fw");
        for (int again = 0; again < 201; again++) {
            ok("POST", "/v1/chains/fw/resume?wait=20", json.createObjectNode());
        }
        JsonNode list = ok("GET", "/v1/operations", json.createObjectNode());
        assertThat(list).hasSize(200);
        assertThat(list.path(0).path("id").asLong()).isEqualTo(3);
        daemon.close();
        startDaemon();
        assertThat(ok("GET", "/v1/operations", json.createObjectNode())).isEqualTo(list);
    }
}
