package org.flowstream.plan;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Stage;
import org.flowstream.model.Accelerator;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.PortName;

/**
 * The actions of one chain, in an order in which nothing is used before it is there.
 *
 * <p>Images are verified before anything that runs is ended. Taps and ports come next, then rules: those of the stage
 * that the chain has reached, so that a chain that was ready once meets its failure policy while its machines start, and
 * a new one changes nothing until all of them are ready. Then machines, one by one, and at last the steering. A new chain
 * on our own bridge starts its machines as soon as their taps are there.
 */
final class ChainSteps {
    /** How long a guest has from the power button to its end. The engine needs a millisecond. */
    static final Duration GRACE = Duration.ofSeconds(5);

    private final Desired desired;
    private final Observed observed;
    private final ObservedIndex index;
    private final List<Action> before;
    private final DesiredChain chain;
    private final ChainPlan plan;
    private final List<Action> actions;
    private final List<Blocked> blocked;

    /**
     * The steps of one chain.
     *
     * @param before what is done for the host as a whole before any chain's
     * @param actions takes the actions of this chain, behind those of others
     */
    ChainSteps(
            Desired desired,
            Observed observed,
            ObservedIndex index,
            List<Action> before,
            DesiredChain chain,
            List<Action> actions,
            List<Blocked> blocked) {
        this.desired = desired;
        this.observed = observed;
        this.index = index;
        this.before = before;
        this.chain = chain;
        this.plan = chain.plan();
        this.actions = actions;
        this.blocked = blocked;
    }

    /** What becomes of a machine that is there. */
    private enum Fate {
        /** There is none. */
        ABSENT,
        /** It stays as it is. */
        STAY,
        /** It stays, and takes another image. */
        SWAP,
        /** It is paused and goes on. */
        RESUME,
        /** It is halted. */
        SUSPEND,
        /** It gets the power button. */
        STOP,
        /** It has ended, or has nothing left to be asked. */
        DESTROY
    }

    void plan() {
        if (!plan.machines().stream().allMatch(observed::sees)) {
            blocked.add(Blocked.chain(plan.name(), observed.unseen().orElse("")));
            return;
        }
        Optional<String> obstacle = obstacle();
        if (obstacle.isPresent()) {
            blocked.add(Blocked.chain(plan.name(), obstacle.get()));
            plan.machines().stream()
                    .filter(machine -> chain.wish(machine) == Wish.STOP)
                    .forEach(this::end);
            return;
        }
        verifyImages();
        plan.machines().forEach(this::end);
        plan.machines().forEach(this::makeTaps);
        if (isShut()) {
            plan.machines().forEach(this::run);
        }
        plan.machines().forEach(this::addPorts);
        steer();
        plan.machines().forEach(this::removeSurplusTaps);
    }

    /** Why the chain's machines cannot be wired at all. */
    private Optional<String> obstacle() {
        if (!plan.bridge().equals(desired.ownBridge())
                && observed.bridge(plan.bridge()).isEmpty()) {
            return Optional.of("bridge '" + plan.bridge() + "' does not exist");
        }
        return plan.taps().stream()
                .flatMap(tap -> index.port(tap).stream())
                .filter(port -> !port.tagged())
                .map(port -> "port '" + port.name() + "' on bridge '" + port.bridge() + "' is not ours")
                .findFirst();
    }

    /** External ports of the chain that are not there, one sentence each; its rules do without them. */
    private List<String> missingPorts() {
        return plan.externalPorts().stream()
                .filter(port -> !comes(port) && (goes(port) || numberOf(port).isEmpty()))
                .map(port ->
                        "port '" + port + "' is not on bridge '" + plan.bridge() + "', or has no network interface")
                .toList();
    }

    /** Whether this plan adds the external port. */
    private boolean comes(PortName port) {
        return before.stream()
                .anyMatch(action -> action instanceof Action.AddExternalPort it
                        && it.port().name().equals(port)
                        && it.port().bridge().equals(plan.bridge()));
    }

    /** Whether this plan removes the external port. */
    private boolean goes(PortName port) {
        return before.stream()
                .anyMatch(action -> action instanceof Action.RemoveExternalPort it
                        && it.port().equals(port)
                        && it.bridge().equals(plan.bridge()));
    }

    private Optional<Integer> numberOf(PortName name) {
        return index.port(name)
                .filter(port -> port.bridge().equals(plan.bridge()))
                .flatMap(ObservedPort::number);
    }

    private void verifyImages() {
        Set<ImageDigest> verified = new HashSet<>();
        for (MachineSpec machine : plan.machines()) {
            if ((starts(machine) || fate(machine) == Fate.SWAP) && verified.add(machine.image())) {
                actions.add(new Action.VerifyImage(machine.image(), plan.name()));
            }
        }
    }

    /** Ends a machine that may not stay. */
    private void end(MachineSpec machine) {
        switch (fate(machine)) {
            case STOP -> actions.add(new Action.StopMachine(MachineRef.of(machine), GRACE, restarting(machine)));
            case DESTROY -> actions.add(new Action.DestroyMachine(MachineRef.of(machine)));
            case ABSENT, STAY, SWAP, RESUME, SUSPEND -> {}
        }
    }

    /** Why a machine is stopped that is started again at once. */
    private Optional<String> restarting(MachineSpec spec) {
        return chain.wish(spec) == Wish.RUN ? machine(spec).flatMap(it -> it.difference(spec)) : Optional.empty();
    }

    private void makeTaps(MachineSpec machine) {
        if (!bringsTaps(machine) && !observed.taps().containsAll(machine.taps())) {
            actions.add(new Action.CreateTaps(machine));
        }
    }

    /** Whether its taps and their ports come and go with the machine, as vifs on Xen do. */
    private boolean bringsTaps(MachineSpec machine) {
        return machine.hypervisor().resolve(desired.accelerator()) == Accelerator.XEN;
    }

    /**
     * Whether machines may start before their ports are there: nothing is steered to them yet, and our own bridge drops
     * what comes by a port without rules. The switch takes the longer for a port the more it has; meanwhile guests boot.
     */
    private boolean isShut() {
        return plan.bridge().equals(desired.ownBridge()) && !claims();
    }

    private boolean claims() {
        return chain.wasReady() || rules().equals(Optional.of(ObservedRules.State.STEERED));
    }

    private void addPorts(MachineSpec machine) {
        boolean wired = machine.taps().stream().allMatch(tap -> numberOf(tap).isPresent());
        if (!wired && !(bringsTaps(machine) && starts(machine))) {
            actions.add(new Action.AddTapPorts(plan.bridge(), machine, isShut() && starts(machine)));
        }
    }

    /** The rules before and after the machines run, and the machines in between. */
    private void steer() {
        missingPorts().forEach(reason -> blocked.add(Blocked.chain(plan.name(), reason)));
        Optional<ObservedRules.State> rules = rules();
        boolean steered = rules.equals(Optional.of(ObservedRules.State.STEERED));
        boolean claims = claims();
        if (claims && (!steered || plan.externalPorts().stream().anyMatch(port -> comes(port) || goes(port)))) {
            actions.add(new Action.SetRules(plan, Stage.STEERED));
        } else if (!claims && !rules.equals(Optional.of(ObservedRules.State.ISOLATED))) {
            actions.add(new Action.SetRules(plan, Stage.ISOLATED));
        }
        if (!isShut()) {
            plan.machines().forEach(this::run);
        }
        plan.machines().forEach(this::await);
        if (!claims && plan.machines().stream().allMatch(this::willBeReady)) {
            actions.add(new Action.SetRules(plan, Stage.STEERED));
        }
    }

    private Optional<ObservedRules.State> rules() {
        return index.rules(plan.id(), plan.bridge());
    }

    private void run(MachineSpec machine) {
        if (starts(machine)) {
            actions.add(new Action.StartMachine(machine, machine.hypervisor().resolve(desired.accelerator())));
        } else if (fate(machine) == Fate.SWAP) {
            machine(machine)
                    .ifPresent(it ->
                            actions.add(new Action.SwapImage(MachineRef.of(machine), it.image(), machine.image())));
        } else if (fate(machine) == Fate.RESUME) {
            actions.add(new Action.ResumeMachine(MachineRef.of(machine)));
        } else if (fate(machine) == Fate.SUSPEND) {
            actions.add(new Action.SuspendMachine(MachineRef.of(machine)));
        }
    }

    private void await(MachineSpec machine) {
        if (chain.wish(machine) == Wish.RUN && !(fate(machine) == Fate.STAY && isReady(machine))) {
            actions.add(new Action.AwaitReady(machine));
        }
    }

    /** Taps that the machine had before its declaration changed, unless one that still runs holds them. */
    private void removeSurplusTaps(MachineSpec machine) {
        Fate fate = fate(machine);
        boolean held = (fate == Fate.STAY || fate == Fate.SUSPEND)
                && machine(machine)
                        .filter(it -> it.devices() > machine.devices().size())
                        .isPresent();
        if (held) {
            return;
        }
        List<PortName> ports = index.portsOf(machine.id()).stream()
                .filter(port -> port.tagged() && port.bridge().equals(plan.bridge()))
                .map(ObservedPort::name)
                .filter(port -> !machine.taps().contains(port))
                .toList();
        if (!ports.isEmpty()) {
            actions.add(new Action.RemoveTapPorts(plan.bridge(), ports));
        }
        List<PortName> taps = index.tapsOf(machine.id()).stream()
                .filter(tap -> !machine.taps().contains(tap))
                .toList();
        if (!taps.isEmpty()) {
            actions.add(new Action.DeleteTaps(taps));
        }
    }

    private Optional<ObservedMachine> machine(MachineSpec spec) {
        return index.machine(spec);
    }

    private Fate fate(MachineSpec spec) {
        return machine(spec).map(machine -> fate(spec, machine)).orElse(Fate.ABSENT);
    }

    private Fate fate(MachineSpec spec, ObservedMachine machine) {
        Wish wish = chain.wish(spec);
        boolean running = machine.power() == ObservedMachine.Power.RUNNING;
        if (machine.power() == ObservedMachine.Power.ENDED) {
            return Fate.DESTROY;
        }
        if (wish == Wish.STOP) {
            return machine.power() == ObservedMachine.Power.PAUSED ? Fate.DESTROY : Fate.STOP;
        }
        if (lostTap(spec, machine) || machine.wellness() == ObservedMachine.Wellness.FAILED) {
            return Fate.DESTROY;
        }
        if (wish == Wish.SUSPEND) {
            return running ? Fate.SUSPEND : Fate.STAY;
        }
        if (wish == Wish.HOLD) {
            return Fate.STAY;
        }
        if (machine.power() == ObservedMachine.Power.ENDING) {
            return Fate.STOP;
        }
        if (running && machine.wellness() == ObservedMachine.Wellness.UNWELL) {
            return Fate.DESTROY;
        }
        if (!machine.said() && machine.running(spec.image()).difference(spec).isEmpty()) {
            // It may run what is declared already: its guest is about to say so, as soon as it goes on.
            return running ? Fate.STAY : Fate.RESUME;
        }
        if (machine.swaps(spec)) {
            return Fate.SWAP;
        }
        if (machine.difference(spec).isPresent()) {
            return running ? Fate.STOP : Fate.DESTROY;
        }
        return running ? Fate.STAY : Fate.RESUME;
    }

    /** Whether a tap is gone that QEMU holds: it cannot get hold of one that is made anew. */
    private boolean lostTap(MachineSpec spec, ObservedMachine machine) {
        return !bringsTaps(spec)
                && !observed.taps()
                        .containsAll(
                                spec.taps().subList(0, Math.min(spec.devices().size(), machine.devices())));
    }

    private boolean starts(MachineSpec machine) {
        Fate fate = fate(machine);
        return chain.wish(machine) == Wish.RUN && fate != Fate.STAY && fate != Fate.SWAP && fate != Fate.RESUME;
    }

    private boolean isReady(MachineSpec machine) {
        return machine(machine)
                .filter(it -> it.power() == ObservedMachine.Power.RUNNING)
                .filter(it -> it.wellness() == ObservedMachine.Wellness.READY)
                .isPresent();
    }

    private boolean willBeReady(MachineSpec machine) {
        return chain.wish(machine) == Wish.RUN || (fate(machine) == Fate.STAY && isReady(machine));
    }
}
