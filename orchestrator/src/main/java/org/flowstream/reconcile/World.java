package org.flowstream.reconcile;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.flowstream.health.HealthReport;
import org.flowstream.model.Accelerator;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ExitReason;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.PortName;
import org.flowstream.openflow.PacketIn;
import org.flowstream.plan.Action;
import org.flowstream.plan.Desired;
import org.flowstream.plan.Observed;
import org.flowstream.rules.FlowKey;

/**
 * The real systems as the loop sees them: it looks at them as a whole, and changes them by actions alone. Safe for all
 * threads; actions of different chains are performed at the same time.
 */
public interface World extends AutoCloseable {
    /** One system of the world and whether it answers now. */
    record SystemState(String name, boolean answers, String detail) {}

    /**
     * Looks at everything of ours.
     *
     * @param desired what rules and ports are to be compared with
     * @throws WorldException when a system does not answer
     */
    Observed observe(Desired desired);

    /**
     * Does one action; it is done when this returns.
     *
     * @throws WorldException when it could not be done
     */
    void perform(Action action) throws InterruptedException;

    /** Why a machine that ran is there no more, as far as the systems tell. */
    ExitReason exit(MachineId machine);

    /** The accelerator that {@code auto} means on this host. */
    Accelerator accelerator();

    /** Why a machine that asks for KVM cannot have it; empty where it can, or where libvirt does not answer. */
    Optional<KvmFault> kvmFault();

    /** Why a machine with a kernel of the user's cannot have KVM where others can; such a one is emulated. */
    default Optional<String> foreignKvmFault() {
        return Optional.empty();
    }

    /** Whether each system answers. */
    List<SystemState> systems();

    /** What {@code run} says of a machine's readiness, such as how long its guest took; empty when nothing is known. */
    Optional<Readiness> readiness(MachineId machine);

    /** How a machine is; empty when it does not run. */
    Optional<HealthReport> health(MachineId machine);

    /** The same for someone who looks at it now: for a while it is not let rest, so that what it counts is fresh. */
    Optional<HealthReport> look(MachineId machine);

    /** How the switch by itself sees that a machine lives, such as {@code bfd up}; empty when nothing is known. */
    default Optional<String> liveness(MachineSpec machine, BridgeName bridge) {
        return Optional.empty();
    }

    /** What a machine costs its host; empty when it does not run. */
    Optional<MachineLoad> load(MachineId machine);

    /**
     * What is to be known of a port before it is declared.
     *
     * @param consent to take an interface that the host uses itself
     * @param session the {@code SSH_CONNECTION} of the person who asks; may be empty
     */
    PortFacts examine(PortName port, boolean consent, String session);

    /**
     * What the switch lost at one of its ports.
     *
     * @param received frames that it dropped as they came in
     * @param sent frames that it could not send
     */
    record SwitchCount(PortName port, long received, long sent) {}

    /** What the switch lost at some ports of a bridge; ports that are not there are left out. */
    List<SwitchCount> switchCounts(BridgeName bridge, List<PortName> ports);

    /**
     * What entered a chain by one of its rules since the switch has that rule.
     *
     * @param rule tells it from the chain's other rules
     * @param port that the packets came in by
     */
    record Entered(ChainId chain, PortName port, FlowKey rule, long packets, long bytes) {}

    /** What entered the chains of a bridge, each rule by itself. */
    List<Entered> entered(BridgeName bridge);

    /** The bridges that matter, and whether each has an OpenFlow connection now. */
    Map<BridgeName, Boolean> openflow();

    /**
     * What a short look at the packets of a port shows, which is there and in no chain: a sentence for each thing that
     * its user should know. Takes seconds where it has to measure.
     */
    List<String> measure(PortName port, BridgeName bridge);

    /** Is given each packet that a rule of ours sent to us and that is no probe's; from the switch's own thread. */
    void whenFirstPacket(Consumer<PacketIn> listener);

    /** How many packets entered by the rules of each chain on a bridge, as long as these rules have been there. */
    Map<ChainId, Long> packets(BridgeName bridge);

    /**
     * Sends a frame out of a port of a bridge.
     *
     * @param inPort the port it shall seem to come from
     */
    void send(BridgeName bridge, int inPort, int port, byte[] frame);

    /** A machine has said that it runs another image now. */
    void swapped(MachineId machine, ImageDigest image);

    /**
     * How long after a flow was steered to its instance packets of it may still come to us; zero where none does once the
     * action is done.
     */
    Duration lag();

    /** The numbers of a bridge's ports. */
    Map<PortName, Integer> numbers(BridgeName bridge);

    /** Calls this whenever something may have changed; from any thread, and often. */
    void whenChanged(Runnable listener);

    @Override
    void close();
}
