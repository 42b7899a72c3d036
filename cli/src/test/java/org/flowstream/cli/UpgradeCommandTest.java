package org.flowstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowstream.api.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code upgrade} says of what it would do and of what it did. */
final class UpgradeCommandTest {
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

    @Test
    void aDryRunListsWhatWouldBeDoneAndWhatIsLeftAlone() {
        daemon.answers(
                "GET",
                "/v1/upgrade",
                List.of(
                        Map.of(
                                "middlebox", "fw",
                                "chain", "web",
                                "template", "firewall 1.0.0",
                                "newTemplate", "firewall 1.1.0",
                                "effect", "restarts",
                                "reason", ""),
                        Map.of(
                                "middlebox", "own",
                                "chain", "own",
                                "template", "mine 1",
                                "effect", "left alone",
                                "reason", "its template did not come with the program")));
        assertThat(daemon.run(screen, "upgrade", "--dry-run")).isZero();
        List<String> rows = screen.out().lines().toList();
        assertThat(rows.get(1)).contains("fw", "web", "firewall 1.0.0 > firewall 1.1.0", "restarts");
        assertThat(rows.get(2)).contains("own", "left alone", "did not come with the program");
        assertThat(daemon.requests()).containsExactly("GET /v1/upgrade");
    }

    @Test
    void aDryRunWithNothingToDoSaysSo() {
        daemon.answers("GET", "/v1/upgrade", List.of());
        assertThat(daemon.run(screen, "upgrade", "--dry-run")).isZero();
        assertThat(screen.out()).isEqualTo("All middleboxes are on the daemon's runtime.\n");
    }

    @Test
    void whatWasDoneIsTold() {
        List<String> asked = new ArrayList<>();
        daemon.answers("POST", "/v1/upgrade", call -> {
            asked.add(call.query("chain", text -> text).orElse("all") + " "
                    + call.query("wait", text -> text).orElse(""));
            return Answer.ok(Map.of(
                    "id",
                    18,
                    "state",
                    "done",
                    "stages",
                    List.of(
                            Map.of("name", "web", "stage", "machine", "detail", "kvm", "took", 1_000_000),
                            Map.of("name", "fw", "stage", "upgrade", "detail", "restarts", "took", 310_000_000)),
                    "outcome",
                    "1 of 1 upgraded"));
        });
        assertThat(daemon.run(screen, "upgrade", "web", "--timeout", "90")).isZero();
        assertThat(screen.out()).isEqualTo("fw restarts, ready after 310 ms\n1 of 1 upgraded\n");
        assertThat(daemon.run(screen, "upgrade", "--detach")).isZero();
        assertThat(screen.out()).endsWith("It goes on: operation 18.   Wait for it: flowstream operation wait 18\n");
        assertThat(asked).containsExactly("web 90", "all 0");
    }
}
