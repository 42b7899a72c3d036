package org.flowstream.openflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.flowstream.rules.Unclaimed;
import org.flowstream.testing.PrivateSwitch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A look at a port's packets. */
final class PortSampleTest {
    @RegisterExtension
    static final PrivateSwitch OVS = new PrivateSwitch();

    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final String GOOD = "0200000000020200000000010800" + "4500002b00010000400666ca0a0000010a000002"
            + "00010050000000000000000050022000b7290000616263";

    PortSampleTest() {}

    @BeforeAll
    static void bridge() {
        List<String> line = new ArrayList<>(List.of("add-br", "br0", "--", "set", "bridge", "br0", "fail_mode=secure"));
        for (int port = 1; port <= 2; port++) {
            line.addAll(List.of("--", "add-port", "br0", "p" + port, "--"));
            line.addAll(List.of("set", "interface", "p" + port, "ofport_request=" + port));
        }
        OVS.vsctl(line.toArray(String[]::new));
    }

    @Test
    void unfinishedChecksumsAreMeasured() throws Exception {
        Path socket = OVS.management("br0");
        CompletableFuture<PortSample> sample =
                CompletableFuture.supplyAsync(() -> PortSample.take(socket, 1, Unclaimed.SWITCHED, 3, BOUND));
        await("sample rules")
                .atMost(BOUND)
                .until(() -> OVS.ofctl("dump-flows", "br0").contains("priority=65000"));
        OVS.receive("p1", GOOD);
        OVS.receive("p1", GOOD.replace("b729", "1420"));
        OVS.receive("p2", GOOD);
        OVS.receive("p1", GOOD.replace("b729", "1234") + "00".repeat(100));
        assertThat(sample.get(20, TimeUnit.SECONDS)).isEqualTo(new PortSample(3, 1, 1, GOOD.length() / 2 + 100));
        assertThat(OVS.ofctl("dump-flows", "br0")).doesNotContain("cookie=0x466c");
    }

    @Test
    void withoutTrafficNothingIsSeenAndTheRulesGo() {
        assertThat(PortSample.take(OVS.management("br0"), 1, Unclaimed.DROPPED, 3, Duration.ofSeconds(1)))
                .isEqualTo(new PortSample(0, 0, 0, 0));
        assertThat(OVS.ofctl("dump-flows", "br0")).doesNotContain("cookie=0x466c");
    }
}
