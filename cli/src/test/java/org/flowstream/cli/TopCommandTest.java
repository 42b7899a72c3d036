package org.flowstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.flowstream.api.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class TopCommandTest {
    private static final String ESCAPE = "\u001b";

    @TempDir
    private Path folder;

    private final Screen screen = Screen.plain();
    private final AtomicInteger looks = new AtomicInteger();
    private FakeDaemon daemon;

    private static Map<String, Object> box(String name, double packets, double cpu, long dropped) {
        return Map.of(
                "name",
                name,
                "chain",
                "c" + name,
                "machine",
                "id" + name,
                "state",
                "ready",
                "health",
                List.of(Map.of("level", "control", "state", "good", "detail", "")),
                "counters",
                Map.of("receivedRate", packets, "sentRate", 0.0, "dropped", dropped),
                "cpuPercent",
                cpu,
                "residentMib",
                19);
    }

    /** Of three middleboxes each leads in one respect; at each look busy's drops have grown by 500. */
    @BeforeEach
    void startDaemon() {
        daemon = FakeDaemon.in(folder).answers("GET", "/v1/middleboxes", call -> {
            int look = looks.getAndIncrement();
            return Answer.ok(
                    List.of(box("alpha", 10, 1, 0), box("busy", 500, 5, 500L * look), box("hot", 20, 90, 100)));
        });
    }

    @AfterEach
    void stopDaemon() {
        daemon.close();
    }

    private static List<String> names(String text) {
        List<String> names = new ArrayList<>();
        for (String line :
                text.replaceAll(ESCAPE + "\\[[?0-9]*[a-zA-Z]", "").lines().toList()) {
            String first = line.split(" ", 2)[0];
            if (List.of("alpha", "busy", "hot").contains(first)) {
                names.add(first);
            }
        }
        return names;
    }

    @Test
    void onceItIsAPlainTableWithTheBusiestFirst() {
        assertThat(daemon.run(screen, "top", "--once")).isZero();
        assertThat(screen.out())
                .startsWith("3 middleboxes (3 ready), 530 pps in, 0 pps out, 96.0 % CPU")
                .contains("DROPS", "90.0 %", "19 MiB", "chot")
                .doesNotContain(ESCAPE);
        assertThat(names(screen.out())).containsExactly("busy", "hot", "alpha");
    }

    @Test
    void rowsAreSortedAsAsked() {
        assertThat(daemon.run(screen, "top", "--once", "--sort", "cpu")).isZero();
        assertThat(names(screen.out())).containsExactly("hot", "busy", "alpha");
        assertThat(daemon.run(screen, "top", "--once", "--sort", "beauty")).isEqualTo(2);
        assertThat(screen.err()).contains("beauty");
    }

    @Test
    void inJsonALookIsOneLine() {
        assertThat(daemon.run(screen, "top", "--once", "--output", "json")).isZero();
        assertThat(screen.out().lines())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("[{")
                .contains("\"busy\"");
    }

    @Test
    void anIntervalThatCannotBeIsAUsageError() {
        assertThat(daemon.run(screen, "top", "--interval", "0")).isEqualTo(2);
        assertThat(screen.err()).contains("--interval takes");
    }

    @Test
    void theLivePictureFollowsTheKeysAndLeavesTheTerminalAsItWas() throws Exception {
        Screen watched = Screen.watched();
        TopCommand top = new TopCommand();
        CommandLine line = Main.commandLine(watched.terminal());
        line.addSubcommand("top-under-test", top);
        line.parseArgs("top-under-test", "--run-folder", folder.resolve("run").toString());
        Deque<Character> pressed = new ArrayDeque<>(List.of('c', 'd', 'n', 'q'));
        try (TopScreen picture = new TopScreen(watched.terminal().out(), false)) {
            top.live(picture, millis -> OptionalInt.of(pressed.removeFirst()));
        }
        List<String> pictures = List.of(watched.out().split(ESCAPE + "\\[H", -1));
        assertThat(pictures).hasSize(5);
        assertThat(pictures.get(0)).isEqualTo(ESCAPE + "[?1049h" + ESCAPE + "[?25l");
        assertThat(names(pictures.get(1))).containsExactly("busy", "hot", "alpha");
        assertThat(names(pictures.get(2))).containsExactly("hot", "busy", "alpha");
        assertThat(names(pictures.get(3))).containsExactly("busy", "alpha", "hot");
        assertThat(names(pictures.get(4))).containsExactly("alpha", "busy", "hot");
        assertThat(pictures.get(4)).endsWith(ESCAPE + "[J" + ESCAPE + "[?25h" + ESCAPE + "[?1049l");
        assertThat(pressed).isEmpty();
    }

    @Test
    void whatDoesNotFitIsLeftOut() {
        Screen watched = Screen.watched();
        try (TopScreen picture = new TopScreen(watched.terminal().out(), false)) {
            picture.paint(List.of("● a long line", "second", "third"), 2, 5);
        }
        assertThat(watched.out())
                .contains("● a l" + ESCAPE + "[K\r\nsecon" + ESCAPE + "[K" + ESCAPE + "[J")
                .doesNotContain("third");
    }

    @Test
    void aDaemonThatDoesNotAnswerIsToldInThePicture() throws Exception {
        daemon.close();
        Screen watched = Screen.watched();
        TopCommand top = new TopCommand();
        CommandLine line = Main.commandLine(watched.terminal());
        line.addSubcommand("top-under-test", top);
        line.parseArgs("top-under-test", "--run-folder", folder.resolve("none").toString());
        try (TopScreen picture = new TopScreen(watched.terminal().out(), false)) {
            top.live(picture, millis -> OptionalInt.of('q'));
        }
        assertThat(watched.out()).contains("the daemon is not running", "cure: flowstream daemon start");
    }
}
