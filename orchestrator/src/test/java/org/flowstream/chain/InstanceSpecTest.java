package org.flowstream.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.Installation;
import org.flowstream.model.Instances;
import org.flowstream.model.Limits;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.RunState;
import org.flowstream.model.StartMode;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;
import org.junit.jupiter.api.Test;

/** Until when an instance is one of its chain: what was made for it is to go once it would be made otherwise. */
final class InstanceSpecTest {
    private static final String FLOW = "tcp,tp_dst=80";
    private static final InstanceKey KEY = new InstanceKey(
            FlowMatch.parse("tcp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1234,tp_dst=80"),
            FlowMatch.parse("tcp,nw_src=10.0.0.2,nw_dst=10.0.0.1,tp_src=80,tp_dst=1234"));
    private static final ChainSpec CHAIN = chain(FLOW, 100, FailurePolicy.CLOSED, "0", "b");

    private static MiddleboxSpec box(String name, String image, String left, String right) {
        return new MiddleboxSpec(
                new Name(name),
                "wire 1.0.0",
                ImageDigest.parse("sha256:" + image.repeat(64)),
                8,
                1,
                HypervisorChoice.AUTO,
                HealthSpec.STANDARD,
                List.of(
                        new DeviceWiring("0", DeviceMode.BUMP, WireEnd.parse(left)),
                        new DeviceWiring("1", DeviceMode.BUMP, WireEnd.parse(right))));
    }

    /** Of two middleboxes, from port a to another one. */
    private static ChainSpec chain(String flow, int priority, FailurePolicy failure, String image, String right) {
        FlowMatch match = FlowMatch.parse(flow);
        return ChainSpec.of(
                new Name("web"),
                Owner.OPERATOR,
                new ChainSpec.Spec(
                        new BridgeName("flowstream"),
                        match,
                        match.reversed(),
                        priority,
                        Instances.PER_CONNECTION,
                        StartMode.FIRST_PACKET,
                        Duration.ofMinutes(1),
                        failure,
                        Limits.STANDARD,
                        RunState.RUNNING,
                        false,
                        List.of(box("one", image, "a", "two/0"), box("two", "1", "one/1", right))));
    }

    private static ChainSpec instance() {
        Random random = new Random(1);
        List<DeclaredChain> waiting = CHAIN.spec().middleboxes().stream()
                .map(middlebox -> {
                    MachineId id = MachineId.random(random);
                    ChainSpec spec = InstanceSpec.waiting(
                            id,
                            new InstanceSpec.Blank(
                                    new Name("pool"), CHAIN, middlebox.image(), 16, 2, HypervisorChoice.PROCESS));
                    ChainId chain = ChainId.random(new Installation("/test"), random);
                    return new DeclaredChain(chain, spec, false, Map.of(InstanceSpec.name(id), id));
                })
                .toList();
        return InstanceSpec.bound(CHAIN, KEY, waiting).spec();
    }

    @Test
    void anInstanceIsOfItsChainAsLongAsThatWouldMakeTheSame() {
        ChainSpec instance = instance();
        assertThat(InstanceSpec.isOf(CHAIN, instance)).isTrue();
        assertThat(InstanceSpec.isOf(chain("tcp", 100, FailurePolicy.CLOSED, "0", "b"), instance))
                .as("a flow that still takes it in")
                .isTrue();
    }

    @Test
    void whatIsChangedOfAChainEndsItsInstances() {
        ChainSpec instance = instance();
        assertThat(List.of(
                        CHAIN.withBypassed(true),
                        CHAIN.withState(RunState.STOPPED),
                        chain("tcp,tp_dst=81", 100, FailurePolicy.CLOSED, "0", "b"),
                        chain(FLOW, 101, FailurePolicy.CLOSED, "0", "b"),
                        chain(FLOW, 100, FailurePolicy.OPEN, "0", "b"),
                        chain(FLOW, 100, FailurePolicy.CLOSED, "2", "b"),
                        chain(FLOW, 100, FailurePolicy.CLOSED, "0", "c")))
                .allSatisfy(changed ->
                        assertThat(InstanceSpec.isOf(changed, instance)).isFalse());
    }
}
