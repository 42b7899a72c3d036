package org.flowstream.plan;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Stage;
import org.flowstream.model.Accelerator;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.flowstream.model.PortName;

/**
 * One change of the world; executing it is the only way that the world changes. Executing an action again, or after a
 * crash in the middle of it, is harmless: each says how things should be, not by which step they come to be so.
 */
public sealed interface Action {
    /** One line for people: what is done, in the imperative. */
    String describe();

    /** What it touches: {@code bridge br0}, {@code port uplink}, {@code tap fs…}, {@code domain flowstream-fw}. */
    List<String> touches();

    /** The chain that it is done for: when it fails, the rest of that chain's actions are left out. */
    default Optional<Name> chain() {
        return Optional.empty();
    }

    /** What undoes it, where something does. */
    default Optional<Action> inverse() {
        return Optional.empty();
    }

    /** The name of its failpoint, such as {@code start-machine}. */
    default String failpoint() {
        return getClass().getSimpleName().replaceAll("(?<!^)(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }

    /** What is done for a machine as it is to be made. */
    sealed interface ForMachine extends Action {
        MachineSpec machine();

        @Override
        default Optional<Name> chain() {
            return Optional.of(machine().chain());
        }
    }

    /** What is done with the domain of a machine that is there. */
    sealed interface OnMachine extends Action {
        MachineRef machine();

        @Override
        default List<String> touches() {
            return List.of("domain flowstream-" + machine().name());
        }

        @Override
        default Optional<Name> chain() {
            return Optional.of(machine().chain());
        }
    }

    /** What is done with the rules of a chain that is declared. */
    sealed interface OfPlan extends Action {
        ChainPlan plan();

        @Override
        default List<String> touches() {
            return List.of("rules on " + plan().bridge());
        }

        @Override
        default Optional<Name> chain() {
            return Optional.of(plan().name());
        }
    }

    /** Creates the own bridge: in the user-space or kernel datapath as the host has it, {@code fail_mode=secure}. */
    record CreateBridge(BridgeName bridge) implements Action {
        @Override
        public String describe() {
            return "create bridge " + bridge;
        }

        @Override
        public List<String> touches() {
            return List.of("bridge " + bridge);
        }

        @Override
        public Optional<Action> inverse() {
            return Optional.of(new DeleteBridge(bridge));
        }
    }

    /** Deletes the own bridge, with whatever is on it; for {@code purge} alone. */
    record DeleteBridge(BridgeName bridge) implements Action {
        @Override
        public String describe() {
            return "delete bridge " + bridge;
        }

        @Override
        public List<String> touches() {
            return List.of("bridge " + bridge);
        }
    }

    /**
     * Makes our rules on a bridge that belong to no chain exactly what they should be. On the own bridge the flows of
     * chains that were ready once are claimed in the same moment, where they are not, so that none goes around its chain.
     */
    record SetBaseRules(BridgeName bridge) implements Action {
        @Override
        public String describe() {
            return "set the rules of bridge " + bridge + " for unclaimed traffic";
        }

        @Override
        public List<String> touches() {
            return List.of("rules on " + bridge);
        }

        @Override
        public Optional<Action> inverse() {
            return Optional.of(new ClearBaseRules(bridge));
        }
    }

    /** Removes our rules on a bridge that belong to no chain. */
    record ClearBaseRules(BridgeName bridge) implements Action {
        @Override
        public String describe() {
            return "clear our rules on bridge " + bridge;
        }

        @Override
        public List<String> touches() {
            return List.of("rules on " + bridge);
        }
    }

    /** Puts an external port on its bridge, with our tag, and waits for its number. */
    record AddExternalPort(ExternalPort port) implements Action {
        @Override
        public String describe() {
            return "add port " + port.name() + " to bridge " + port.bridge();
        }

        @Override
        public List<String> touches() {
            return List.of("port " + port.name(), "bridge " + port.bridge());
        }

        @Override
        public Optional<Action> inverse() {
            return Optional.of(new RemoveExternalPort(port.name(), port.bridge()));
        }
    }

    /** Takes an external port that carries our tag off its bridge. */
    record RemoveExternalPort(PortName port, BridgeName bridge) implements Action {
        @Override
        public String describe() {
            return "remove port " + port + " from bridge " + bridge;
        }

        @Override
        public List<String> touches() {
            return List.of("port " + port, "bridge " + bridge);
        }
    }

    /** Turns features of {@code ethtool -K} on or off. */
    record SetOffloads(PortName port, List<String> features, boolean on) implements Action {
        public SetOffloads {
            features = List.copyOf(features);
        }

        @Override
        public String describe() {
            return "turn " + String.join(", ", features) + (on ? " on" : " off") + " at " + port;
        }

        @Override
        public List<String> touches() {
            return List.of("interface " + port);
        }

        @Override
        public Optional<Action> inverse() {
            return Optional.of(new SetOffloads(port, features, !on));
        }
    }

    /** Checks that an image is in the store and that its bytes are those that its digest names. Changes nothing. */
    record VerifyImage(ImageDigest image, Name forChain) implements Action {
        @Override
        public String describe() {
            return "verify image " + image.abbreviated();
        }

        @Override
        public List<String> touches() {
            return List.of("image " + image);
        }

        @Override
        public Optional<Name> chain() {
            return Optional.of(forChain);
        }
    }

    /** Makes the persistent taps of a machine that are missing: tagged, owned by QEMU's user, down until they become ports. */
    record CreateTaps(MachineSpec machine) implements ForMachine {
        @Override
        public String describe() {
            return "create taps " + names(machine.taps()) + " of " + machine.name();
        }

        @Override
        public List<String> touches() {
            return each("tap ", machine.taps());
        }

        @Override
        public Optional<Action> inverse() {
            return Optional.of(new DeleteTaps(machine.taps()));
        }
    }

    /** Deletes taps of ours. */
    record DeleteTaps(List<PortName> taps) implements Action {
        public DeleteTaps {
            taps = List.copyOf(taps);
        }

        @Override
        public String describe() {
            return "delete taps " + names(taps);
        }

        @Override
        public List<String> touches() {
            return each("tap ", taps);
        }
    }

    /**
     * Puts the taps of a machine on a bridge in one transaction, tagged, without flooding; waits for their numbers.
     *
     * @param boots whether its guest boots meanwhile and nothing is steered to it: then the switch may speak to it at once
     */
    record AddTapPorts(BridgeName bridge, MachineSpec machine, boolean boots) implements ForMachine {
        @Override
        public String describe() {
            return "add ports " + names(machine.taps()) + " of " + machine.name() + " to bridge " + bridge;
        }

        @Override
        public List<String> touches() {
            return each("port ", machine.taps());
        }

        @Override
        public Optional<Action> inverse() {
            return Optional.of(new RemoveTapPorts(bridge, machine.taps()));
        }
    }

    /** Takes taps of ours off a bridge in one transaction. */
    record RemoveTapPorts(BridgeName bridge, List<PortName> taps) implements Action {
        public RemoveTapPorts {
            taps = List.copyOf(taps);
        }

        @Override
        public String describe() {
            return "remove ports " + names(taps) + " from bridge " + bridge;
        }

        @Override
        public List<String> touches() {
            return each("port ", taps);
        }
    }

    /**
     * Makes the rules of a chain on its bridge exactly those of a stage, at once (one bundle). Its taps' ports have
     * numbers; an external port that has none is left out, and what would go there is dropped.
     */
    record SetRules(ChainPlan plan, Stage stage) implements OfPlan {
        @Override
        public String describe() {
            return (stage == Stage.STEERED ? "steer the flow of chain " : "isolate the machines of chain ")
                    + plan.name() + " on bridge " + plan.bridge();
        }

        @Override
        public Optional<Action> inverse() {
            return Optional.of(new ClearRules(plan.bridge(), plan.id()));
        }
    }

    /** Has the first packets of a chain's flow go on coming to us: the switch ends the rules for it when nobody does. */
    record RenewLease(ChainPlan plan) implements OfPlan {
        @Override
        public String describe() {
            return "have first packets of chain " + plan.name() + " go on coming to us";
        }
    }

    /**
     * Steers a part of a chain's flow to machines that waited until now: their rules become those of the instance, at once
     * and without a look at what is there.
     *
     * @param waiting what the machines were until now
     */
    record SteerInstance(ChainPlan instance, List<ChainPlan> waiting) implements Action {
        public SteerInstance {
            waiting = List.copyOf(waiting);
        }

        @Override
        public String describe() {
            return "steer a part of a flow to " + instance.name() + " on bridge " + instance.bridge();
        }

        @Override
        public List<String> touches() {
            return List.of("rules on " + instance.bridge());
        }

        @Override
        public Optional<Name> chain() {
            return Optional.of(instance.name());
        }

        @Override
        public Optional<Action> inverse() {
            return Optional.of(new ClearRules(instance.bridge(), instance.id()));
        }
    }

    /** Removes all rules and groups of a chain on a bridge. */
    record ClearRules(BridgeName bridge, ChainId rulesOf) implements Action {
        @Override
        public String describe() {
            return "clear the rules of chain " + rulesOf + " on bridge " + bridge;
        }

        @Override
        public List<String> touches() {
            return List.of("rules on " + bridge);
        }
    }

    /** Creates the domain of a machine; its image was verified, its taps and ports are there. */
    record StartMachine(MachineSpec machine, Accelerator accelerator) implements ForMachine {
        @Override
        public String describe() {
            return "start machine " + machine.name() + " (" + accelerator + ", " + machine.memoryMib() + " MiB)";
        }

        @Override
        public List<String> touches() {
            return List.of("domain flowstream-" + machine.name());
        }

        @Override
        public Optional<Action> inverse() {
            return Optional.of(new DestroyMachine(MachineRef.of(machine)));
        }
    }

    /**
     * Has a running machine take another image: its flow is held for some milliseconds, elements of the same name and
     * class keep their state, and when the machine refuses it, it goes on with the one that it has.
     */
    record SwapImage(MachineRef machine, ImageDigest from, ImageDigest to) implements OnMachine {
        @Override
        public String describe() {
            return "swap the image of machine " + machine.name() + " for " + to.abbreviated() + " (hot)";
        }

        @Override
        public Optional<Action> inverse() {
            return Optional.of(new SwapImage(machine, to, from));
        }
    }

    /** Halts a machine, which keeps all that it holds; the switch sends it no packets by then. */
    record SuspendMachine(MachineRef machine) implements OnMachine {
        @Override
        public String describe() {
            return "suspend machine " + machine.name();
        }

        @Override
        public Optional<Action> inverse() {
            return Optional.of(new ResumeMachine(machine));
        }
    }

    /** Lets a paused machine go on. */
    record ResumeMachine(MachineRef machine) implements OnMachine {
        @Override
        public String describe() {
            return "resume machine " + machine.name();
        }
    }

    /** Waits until all health levels hold that a machine asks for. Changes nothing. */
    record AwaitReady(MachineSpec machine) implements ForMachine {
        @Override
        public String describe() {
            return "wait until " + machine.name() + " is ready";
        }

        @Override
        public List<String> touches() {
            return List.of();
        }
    }

    /**
     * Presses the power button and waits until the domain is gone; destroys it when that takes longer than the grace.
     *
     * @param restarting why it is started again at once; empty where it is not
     */
    record StopMachine(MachineRef machine, Duration grace, Optional<String> restarting) implements OnMachine {
        public StopMachine(MachineRef machine, Duration grace) {
            this(machine, grace, Optional.empty());
        }

        @Override
        public String describe() {
            return "stop machine " + machine.name()
                    + restarting.map(why -> " (restarting: " + why + ")").orElse("");
        }
    }

    /** Ends a domain at once; one that is gone is no error. */
    record DestroyMachine(MachineRef machine) implements OnMachine {
        @Override
        public String describe() {
            return "destroy machine " + machine.name();
        }
    }

    private static String names(List<PortName> ports) {
        return ports.stream().map(PortName::text).collect(Collectors.joining(", "));
    }

    private static List<String> each(String kind, List<PortName> ports) {
        return ports.stream().map(port -> kind + port).toList();
    }
}
