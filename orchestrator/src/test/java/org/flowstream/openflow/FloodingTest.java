package org.flowstream.openflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.flowstream.testing.PrivateSwitch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Flooding on a bridge of others: standalone, so that it learns and floods by itself. */
final class FloodingTest {
    @RegisterExtension
    static final PrivateSwitch OVS = new PrivateSwitch();

    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final int LOCAL_16 = 0xfffe;

    @BeforeAll
    static void bridge() {
        OVS.vsctl("add-br", "br0");
        for (int port = 1; port <= 3; port++) {
            OVS.vsctl("add-port", "br0", "p" + port, "--", "set", "interface", "p" + port, "ofport_request=" + port);
        }
    }

    @Test
    void anExcludedPortMeetsNoFlood() {
        assertThat(OVS.trace("br0", "in_port=p1,dl_dst=ff:ff:ff:ff:ff:ff")).contains("p3");
        String before = OVS.vsctl("list", "bridge", "br0");

        Flooding.exclude(OVS.management("br0"), List.of(3), BOUND);
        Flooding.exclude(OVS.management("br0"), List.of(3), BOUND);

        assertThat(Flooding.flooded(OVS.management("br0"), BOUND)).containsExactly(1, 2, LOCAL_16);
        assertThat(OVS.trace("br0", "in_port=p1,dl_dst=ff:ff:ff:ff:ff:ff"))
                .contains("p2")
                .doesNotContain("p3");
        assertThat(OVS.vsctl("list", "bridge", "br0")).isEqualTo(before);
        assertThatThrownBy(() -> Flooding.exclude(OVS.management("br0"), List.of(9), BOUND))
                .isInstanceOf(SwitchRefusedException.class)
                .hasMessageContaining("port-mod failed, no such port (7, 0): take ports [9] out of flooding");
    }

    @Test
    void aSilentSwitchIsGivenUp() throws IOException {
        Path socket = OVS.folder().resolve("silent.mgmt");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            assertThatThrownBy(() -> Flooding.flooded(socket, Duration.ofMillis(200)))
                    .isInstanceOf(SwitchSilentException.class)
                    .hasMessage(socket + " did not answer within 200 ms");
            assertThatThrownBy(() -> OpenFlowConnection.open(socket, SwitchEvents.NONE, Duration.ofMillis(200)))
                    .isInstanceOf(SwitchSilentException.class)
                    .hasMessage(socket + " did not answer within 200 ms: hello");
        }
    }
}
