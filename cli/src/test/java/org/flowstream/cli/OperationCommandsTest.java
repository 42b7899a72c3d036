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

/** What the commands make of operations. */
final class OperationCommandsTest {
    private static final Map<String, Object> RUNNING = Map.of(
            "id", 17,
            "kind", "run",
            "owner", "operator",
            "subject", "fw",
            "state", "running",
            "begin", "2026-01-02T03:04:05Z",
            "chains", List.of("fw"),
            "stages", List.of(Map.of("name", "fw", "stage", "machine", "detail", "qemu, 8 MiB", "took", 123_000_000)),
            "outcome", "",
            "waitsFor", "fw is not ready: libvirt does not answer");

    @TempDir
    private Path folder;

    private final Screen screen = Screen.plain();
    private FakeDaemon daemon;

    @BeforeEach
    void startDaemon() {
        daemon = FakeDaemon.in(folder);
    }

    @AfterEach
    void stopDaemon() {
        daemon.close();
    }

    private static Map<String, Object> ended(String state, String outcome) {
        Map<String, Object> ended = new java.util.HashMap<>(RUNNING);
        ended.remove("waitsFor");
        ended.put("state", state);
        ended.put("end", "2026-01-02T03:04:06.500Z");
        ended.put("outcome", outcome);
        return ended;
    }

    private int waited(Object answer) {
        daemon.answers("GET", "/v1/operations/{id}", answer);
        int status = daemon.run(screen, "operation", "wait", "17", "--timeout", "1");
        daemon.close();
        daemon = FakeDaemon.in(folder);
        return status;
    }

    @Test
    void aListHasARowForEach() {
        daemon.answers("GET", "/v1/operations", List.of(RUNNING, ended("done", "it is ready")));
        assertThat(daemon.run(screen, "operation", "ls", "--running", "--chain", "fw"))
                .isZero();
        List<String> rows = screen.out().lines().toList();
        assertThat(rows).hasSize(3);
        assertThat(rows.get(1)).contains("17", "run", "fw", "running", "fw is not ready: libvirt does not answer");
        assertThat(rows.get(2)).contains("done", "1.5 s", "it is ready");
    }

    @Test
    void oneIsShownWithItsStages() {
        daemon.answers("GET", "/v1/operations/{id}", RUNNING);
        assertThat(daemon.run(screen, "operation", "show", "17")).isZero();
        assertThat(screen.out()).contains("waits for", "libvirt does not answer", "machine", "123 ms", "qemu, 8 MiB");
    }

    @Test
    void waitingExitsByTheOutcome() {
        assertThat(waited(ended("done", "it is ready"))).isZero();
        assertThat(screen.out()).isEqualTo("operation 17 is done after 1.5 s: it is ready\n");
        assertThat(waited(ended("failed", "fw: no memory"))).isEqualTo(1);
        assertThat(screen.err()).isEqualTo("""
                        flowstream: operation 17 is failed: fw: no memory
                          cure: flowstream operation show 17
                        """);
        assertThat(waited(RUNNING)).isEqualTo(1);
        assertThat(screen.err()).contains("operation 17 goes on after 1 s: fw is not ready: libvirt does not answer");
    }

    @Test
    void cancellingSaysWhatBecomesOfIt() {
        daemon.answers("POST", "/v1/operations/{id}/cancel", ended("cancelled", "it is removed again"));
        assertThat(daemon.run(screen, "operation", "cancel", "17")).isZero();
        assertThat(screen.out()).isEqualTo("operation 17 is cancelled: it is removed again\n");
    }

    @Test
    void whatIsNotWaitedForNamesItsOperation() {
        daemon.answers("POST", "/v1/chains/{name}/stop", call -> new Answer.Value(202, RUNNING))
                .answers("GET", "/v1/images/{digest}", call -> {
                    throw ApiProblem.notFound("there is no such image", "flowstream image ls");
                })
                .answers("PUT", "/v1/images/{digest}", call -> Answer.done())
                .answers("POST", "/v1/chains", call -> new Answer.Value(202, RUNNING));
        assertThat(daemon.run(screen, "stop", "fw", "--detach")).isZero();
        assertThat(daemon.run(screen, "run", "wire", "--name", "fw", "--between", "left:right", "--detach"))
                .as(screen.err())
                .isZero();
        assertThat(screen.out()).isEqualTo("""
                        fw is stopped soon.   Wait for it: flowstream operation wait 17
                        fw is on its way: operation 17.   Wait for it: flowstream operation wait 17
                        """);
    }
}
