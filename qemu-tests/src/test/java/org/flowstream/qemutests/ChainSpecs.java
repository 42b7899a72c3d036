package org.flowstream.qemutests;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.Instances;
import org.flowstream.model.Limits;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.PortName;
import org.flowstream.model.RunState;
import org.flowstream.model.StartMode;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;
import org.flowstream.qemutests.model.Box;
import org.flowstream.qemutests.model.Chain;

/**
 * A model's chains in Flowstream's words.
 *
 * @param ports of the endpoints
 */
record ChainSpecs(
        BridgeName bridge, List<PortName> ports, HypervisorChoice hypervisor, Function<Box, ImageDigest> images) {
    private static final Duration IDLE = Duration.ofSeconds(2);

    /** The chain, running and not bypassed. */
    ChainSpec of(Chain chain) {
        List<MiddleboxSpec> boxes = new ArrayList<>();
        for (int index = 0; index < chain.boxes().size(); index++) {
            boxes.add(middlebox(chain, index));
        }
        FlowMatch flow = chain.flow().text().isEmpty()
                ? FlowMatch.ANY
                : FlowMatch.parse(chain.flow().text());
        return ChainSpec.of(
                Name.parse(chain.name()),
                Owner.OPERATOR,
                new ChainSpec.Spec(
                        bridge,
                        flow,
                        flow.reversed(),
                        chain.priority(),
                        chain.onDemand() ? Instances.PER_CONNECTION : Instances.ONE,
                        chain.onDemand() ? StartMode.FIRST_PACKET : StartMode.NOW,
                        IDLE,
                        chain.open() ? FailurePolicy.OPEN : FailurePolicy.CLOSED,
                        Limits.STANDARD,
                        RunState.RUNNING,
                        false,
                        boxes));
    }

    private MiddleboxSpec middlebox(Chain chain, int index) {
        List<Box> boxes = chain.boxes();
        WireEnd left = index == 0
                ? new WireEnd.ToPort(ports.get(chain.left()))
                : new WireEnd.ToDevice(name(boxes.get(index - 1)), "1");
        WireEnd right = index == boxes.size() - 1
                ? new WireEnd.ToPort(ports.get(chain.right()))
                : new WireEnd.ToDevice(name(boxes.get(index + 1)), "0");
        return new MiddleboxSpec(
                name(boxes.get(index)),
                "mark 1.0.0",
                images.apply(boxes.get(index)),
                MiddleboxSpec.DEFAULT_MEMORY_MIB,
                1,
                hypervisor,
                HealthSpec.STANDARD,
                List.of(new DeviceWiring("0", DeviceMode.BUMP, left), new DeviceWiring("1", DeviceMode.BUMP, right)));
    }

    private static Name name(Box box) {
        return Name.parse(box.name());
    }
}
