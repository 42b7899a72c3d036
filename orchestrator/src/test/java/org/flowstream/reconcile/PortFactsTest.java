package org.flowstream.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.flowstream.model.PortName;
import org.flowstream.ovsdb.Datapath;
import org.junit.jupiter.api.Test;

/** The loopback interface carries an address on every host; it is looked at alone. */
class PortFactsTest {
    private static PortFacts loopback(boolean consent) {
        assumeThat(Files.isExecutable(Path.of("/usr/bin/ss")))
                .as("iproute2 is there")
                .isTrue();
        return PortFacts.gather(Optional.empty(), PortName.parse("lo"), consent, "");
    }

    @Test
    void anInterfaceOfTheHostsOwnIsRefusedWithTheWayAround() {
        PortFacts.Refusal refusal = loopback(false).refusal().orElseThrow();
        assertThat(refusal.reason()).contains("interface 'lo' carries address").contains("127.0.0.1/8");
        assertThat(refusal.cure()).contains("patch port").endsWith("or consent with --move-addresses");
    }

    @Test
    void whoConsentsIsToldWhatBecomesOfTheAddresses() {
        PortFacts facts = loopback(true);
        assertThat(facts.refusal()).isEmpty();
        assertThat(facts.warnings().get(0)).contains("127.0.0.1/8").contains("left as it is");
        assertThat(PortFacts.left(Datapath.KERNEL)).endsWith("without effect until port rm");
        assertThat(PortFacts.left(Datapath.USER)).contains("the host goes on answering");
    }
}
