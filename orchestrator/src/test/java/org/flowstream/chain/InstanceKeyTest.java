package org.flowstream.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.Instances;
import org.flowstream.model.Limits;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Middleboxes;
import org.flowstream.model.RunState;
import org.flowstream.model.StartMode;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.FrameHeaders;
import org.flowstream.net.PacketText;
import org.junit.jupiter.api.Test;

final class InstanceKeyTest {
    private static final String THERE = "ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) / "
            + "ip(src=10.0.0.1, dst=10.0.0.2) / tcp(sport=1234, dport=80)";
    private static final String BACK = "ether(src=02:00:00:00:00:02, dst=02:00:00:00:00:01) / "
            + "ip(src=10.0.0.2, dst=10.0.0.1) / tcp(sport=80, dport=1234)";

    private static ChainSpec.Spec chain(Instances instances, String flow) {
        MiddleboxSpec wire = Middleboxes.wire("w", 0, "a", "b");
        FlowMatch match = FlowMatch.parse(flow);
        return new ChainSpec.Spec(
                new BridgeName("flowstream"),
                match,
                match.reversed(),
                100,
                instances,
                StartMode.FIRST_PACKET,
                Duration.ofMinutes(1),
                FailurePolicy.CLOSED,
                Limits.STANDARD,
                RunState.RUNNING,
                false,
                List.of(wire));
    }

    private static Optional<InstanceKey> key(ChainSpec.Spec chain, String packet, boolean back) {
        return InstanceKey.of(chain, FrameHeaders.of(PacketText.parse(packet)), back);
    }

    @Test
    void bothDirectionsOfAConnectionHaveOneKey() {
        ChainSpec.Spec chain = chain(Instances.PER_CONNECTION, "tcp,tp_dst=80");
        FlowMatch there = FlowMatch.parse("tcp,dl_vlan=0xffff,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1234,tp_dst=80");
        assertThat(key(chain, THERE, false)).contains(new InstanceKey(there, there.reversed()));
        assertThat(key(chain, BACK, true)).isEqualTo(key(chain, THERE, false));
    }

    @Test
    void aSourceIsOneAsSeenEntering() {
        ChainSpec.Spec chain = chain(Instances.PER_SOURCE, "ip,nw_dst=10.0.0.2");
        FlowMatch there = FlowMatch.parse("ip,dl_vlan=0xffff,nw_src=10.0.0.1,nw_dst=10.0.0.2");
        assertThat(key(chain, THERE, false)).contains(new InstanceKey(there, there.reversed()));
        assertThat(key(chain, BACK, true)).isEqualTo(key(chain, THERE, false));
    }

    @Test
    void aDestinationKeepsWhatTheChainSaysOfSources() {
        ChainSpec.Spec chain = chain(Instances.PER_DESTINATION, "ip,nw_src=10.0.0.0/8");
        assertThat(key(chain, THERE, false).map(InstanceKey::flow))
                .contains(FlowMatch.parse("ip,dl_vlan=0xffff,nw_src=10.0.0.0/8,nw_dst=10.0.0.2"));
    }

    @Test
    void oneInstanceTakesAllOfTheFlow() {
        ChainSpec.Spec chain = chain(Instances.ONE, "ip");
        assertThat(key(chain, THERE, false).map(InstanceKey::flow)).contains(FlowMatch.parse("ip"));
    }

    @Test
    void aLaterFragmentIsOfNoConnectionButOfASource() {
        String fragment = "ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) / "
                + "ip(src=10.0.0.1, dst=10.0.0.2, frag=1, proto=17) / bytes(16)";
        assertThat(key(chain(Instances.PER_CONNECTION, "ip"), fragment, false)).isEmpty();
        assertThat(key(chain(Instances.PER_SOURCE, "ip"), fragment, false)).isPresent();
    }

    /** One about what went there comes by the second port, from any router; one about the answers by the first. */
    @Test
    void anErrorIsOfTheConnectionThatItIsAbout() {
        ChainSpec.Spec chain = chain(Instances.PER_CONNECTION, "tcp,tp_dst=80");
        String router = "ether() / ip(src=10.0.0.9, dst=10.0.0.1) / icmp(type=3, code=4) / ";
        String there = router + "ip(src=10.0.0.1, dst=10.0.0.2) / tcp(sport=1234, dport=80)";
        String back = router + "ip(src=10.0.0.2, dst=10.0.0.1) / tcp(sport=80, dport=1234)";
        assertThat(errorKey(chain, there, true)).isPresent().isEqualTo(key(chain, THERE, false));
        assertThat(errorKey(chain, back, false)).isPresent().isEqualTo(key(chain, THERE, false));
        assertThat(errorKey(chain, there, false)).isEmpty();
        assertThat(errorKey(chain, THERE, true)).isEmpty();
    }

    private static Optional<InstanceKey> errorKey(ChainSpec.Spec chain, String packet, boolean back) {
        return InstanceKey.ofError(chain, FrameHeaders.quotedBy(PacketText.parse(packet)), back);
    }

    @Test
    void whatIsNotOfTheFlowHasNoKey() {
        assertThat(key(chain(Instances.PER_CONNECTION, "udp"), THERE, false)).isEmpty();
    }
}
