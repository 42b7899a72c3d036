package org.flowstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flowstream.api.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What capture asks the daemon for. */
final class CaptureCommandTest {
    @TempDir
    private Path folder;

    private final Screen screen = Screen.plain();
    private final List<String> matches = new ArrayList<>();
    private FakeDaemon daemon;

    CaptureCommandTest() {}

    @BeforeEach
    void startDaemon() {
        daemon = FakeDaemon.in(folder).answers("GET", "/v1/middleboxes/{name}/devices/{device}/capture", call -> {
            matches.add(call.query("match", text -> text).orElse("none"));
            return new Answer.Stream("application/vnd.tcpdump.pcap", new Answer.ByteWriter() {
                @Override
                public void write(OutputStream out) {}

                @Override
                public void close() {}
            });
        });
    }

    @AfterEach
    void stopDaemon() {
        daemon.close();
    }

    private int capture(String... options) {
        List<String> line = new ArrayList<>(List.of("capture", "fw", "outside"));
        line.addAll(List.of("-w", folder.resolve("a.pcapng").toString()));
        line.addAll(List.of(options));
        return daemon.run(screen, line.toArray(String[]::new));
    }

    @Test
    void theMatchGoesToTheDaemonAsItIsWritten() {
        assertThat(capture("--match", "udp,nw_dst=10.0.0.0/8 tp_dst=53")).isZero();
        assertThat(capture()).isZero();
        assertThat(matches).containsExactly("udp,nw_dst=10.0.0.0/8 tp_dst=53", "");
    }

    @Test
    void aBadMatchIsToldBeforeAnythingIsAskedOrWritten() {
        assertThat(capture("--match", "udp,tp_dts=53")).isEqualTo(2);
        assertThat(screen.err()).contains("--match: ", "tp_dts", "tp_dst");
        assertThat(capture("--match", "tp_dst=53")).isEqualTo(2);
        assertThat(screen.err()).contains("tp_dst: needs tcp, udp or sctp");
        assertThat(capture("--match", "in_port=3,udp")).isEqualTo(2);
        assertThat(capture("--duration", "soon")).isEqualTo(2);
        assertThat(screen.err()).contains("--duration: ");
        assertThat(matches).isEmpty();
        assertThat(folder.resolve("a.pcapng")).doesNotExist();
    }
}
