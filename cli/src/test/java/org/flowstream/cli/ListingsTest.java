package org.flowstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flowstream.api.Answer;
import org.flowstream.api.ApiProblem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What listings make of the daemon's answers. */
final class ListingsTest {
    private static final Map<String, Object> BOX = Map.ofEntries(
            Map.entry("name", "fw"),
            Map.entry("template", "firewall 1.0.0"),
            Map.entry("state", "ready"),
            Map.entry(
                    "health",
                    List.of(
                            Map.of("level", "machine", "state", "good", "detail", ""),
                            Map.of("level", "control", "state", "bad", "detail", "no answer"),
                            Map.of("level", "function", "state", "unknown", "detail", ""))),
            Map.entry("flow", ""),
            Map.entry("between", "left:right"),
            Map.entry("counters", Map.of("receivedRate", 1500.0, "sentRate", 20.0, "dropped", 1234567)),
            Map.entry("cpuPercent", 2.345),
            Map.entry("residentMib", 19),
            Map.entry("memoryMib", 8),
            Map.entry(
                    "exits",
                    Map.of(
                            "counts", Map.of("panic", 2),
                            "recent",
                                    List.of(Map.of(
                                            "at", "2026-01-02T03:04:05Z",
                                            "cause", "panic",
                                            "detail", "PANIC write to the null page")))));

    private static final Map<String, Object> POOL = Map.of(
            "apiVersion",
            "flowstream/v1",
            "kind",
            "Pool",
            "name",
            "waiting",
            "owner",
            "alice",
            "spec",
            Map.of("image", "runtime", "size", 16, "memoryMib", 8, "hypervisor", "auto"),
            "wanted",
            32,
            "ready",
            30,
            "starting",
            2);

    @TempDir
    private Path folder;

    private final Screen screen = Screen.plain();
    private FakeDaemon daemon;

    @BeforeEach
    void startDaemon() {
        daemon = FakeDaemon.in(folder)
                .answers("GET", "/v1/middleboxes", List.of(BOX))
                .answers("GET", "/v1/middleboxes/{name}", BOX);
    }

    @AfterEach
    void stopDaemon() {
        daemon.close();
    }

    @Test
    void psShowsEachMiddleboxInOneRow() {
        assertThat(daemon.run(screen, "ps")).isZero();
        List<String> rows = screen.out().lines().toList();
        assertThat(rows).hasSize(2);
        assertThat(rows.get(0)).contains("NAME", "CPU");
        assertThat(rows.get(1)).contains("fw", "ready", "●○·", "any", "left:right", "2.3 %", "8 MiB");
    }

    @Test
    void inspectTellsWhyWhenAndHowOftenItEnded() {
        assertThat(daemon.run(screen, "inspect", "fw")).isZero();
        assertThat(screen.out())
                .contains("2 times: panic", "2026-01-02T03:04:05Z  panic: PANIC write to the null page")
                .contains("control bad: no answer", "19 MiB of the host's memory");
    }

    @Test
    void jsonIsTheDaemonsAnswerItself() {
        assertThat(daemon.run(screen, "ps", "--output", "json")).isZero();
        assertThat(screen.out()).contains("\"cpuPercent\" : 2.345");
    }

    @Test
    void aHandlersValueIsPrintedAsItIsWithALineEnd() throws Exception {
        daemon.answers("GET", "/v1/middleboxes/{name}/handlers/{handler}", call -> {
            String handler = call.path("handler", text -> text);
            if (handler.equals("k.nosuch")) {
                throw ApiProblem.notFound("no handler named 'nosuch'", "flowstream handler ls fw");
            }
            return Answer.ok(Map.of("value", "41"));
        });
        assertThat(daemon.run(screen, "handler", "read", "fw", "k.count")).isZero();
        assertThat(screen.out()).isEqualTo("41\n");
        assertThat(daemon.run(screen, "handler", "read", "fw", "k.nosuch")).isEqualTo(1);
        assertThat(screen.err()).contains("no handler named 'nosuch'", "cure: flowstream handler ls fw");
    }

    @Test
    void metricsAreTheDaemonsTextItself() {
        daemon.answers("GET", "/metrics", call -> new Answer.Text("# HELP a b\na 1.0\n", "text/plain"));
        assertThat(daemon.run(screen, "metrics")).isZero();
        assertThat(screen.out()).isEqualTo("# HELP a b\na 1.0\n");
    }

    @Test
    void poolsShowHowManyAreToWaitAndDo() {
        daemon.answers("GET", "/v1/pools", List.of(POOL)).answers("GET", "/v1/ports", List.of());
        daemon.answers("GET", "/v1/chains", List.of());
        assertThat(daemon.run(screen, "pool", "ls")).isZero();
        assertThat(screen.out().lines().toList().get(1)).matches("waiting +alice +16 +32 +30 +2 +8 MiB +auto");
        assertThat(daemon.run(screen, "export")).isZero();
        assertThat(screen.out())
                .contains("\"kind\" : \"Pool\"", "\"memory\" : \"8 MiB\"", "\"size\" : 16")
                .doesNotContain("wanted", "memoryMib");
    }

    @Test
    void aChainWithMachinesOnDemandShowsWhatItTakes() {
        Map<String, Object> spec = Map.of(
                "flow", "udp",
                "returnFlow", "udp",
                "instances", "per-connection",
                "start", "now",
                "middleboxes", List.of());
        daemon.answers("GET", "/v1/chains/{name}", Map.of("name", "dns", "owner", "operator", "spec", spec))
                .answers(
                        "GET",
                        "/v1/chains/{name}/demand",
                        Map.of(
                                "instances", 3,
                                "mostInstances", 200,
                                "newPerSecond", 50,
                                "shed", List.of(Map.of("reason", "limits", "packets", 12345))));
        assertThat(daemon.run(screen, "chain", "show", "dns")).isZero();
        assertThat(screen.out()).contains("3 of at most 200, new at most 50 a second", "12,345 limits");
    }

    @Test
    void eventsInJsonBeginWithASnapshot() {
        List<String> asked = new java.util.ArrayList<>();
        daemon.answers("GET", "/v1/events", call -> {
            asked.add("snapshot " + call.flag("snapshot") + ", since "
                    + call.query("since", text -> text).orElse(""));
            return Answer.jsonLines(
                    sink -> sink.line(Map.of("kind", "x", "time", "2026-01-02T03:04:05Z", "text", "y")));
        });
        assertThat(daemon.run(screen, "events")).isZero();
        assertThat(daemon.run(screen, "events", "--output", "json", "--since", "2026-01-02T03:04:05Z"))
                .isZero();
        assertThat(daemon.run(screen, "events", "--since", "10m")).isZero();
        assertThat(asked.subList(0, 2))
                .containsExactly("snapshot false, since ", "snapshot true, since 2026-01-02T03:04:05Z");
        String since = asked.get(2).replace("snapshot false, since ", "");
        assertThat(java.time.Duration.between(java.time.Instant.parse(since), java.time.Instant.now()))
                .isBetween(java.time.Duration.ofMinutes(10), java.time.Duration.ofMinutes(11));
        assertThat(daemon.run(screen, "events", "--since", "lately")).isEqualTo(2);
        assertThat(screen.err()).contains("--since takes", "'lately'");
    }
}
