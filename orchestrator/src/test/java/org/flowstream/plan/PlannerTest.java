package org.flowstream.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.model.Accelerator;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.PortName;
import org.flowstream.model.RunState;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;
import org.junit.jupiter.api.Test;

/** The plans of one firewall's life. */
final class PlannerTest {
    private static final BridgeName OWN = BridgeName.parse("flowstream");
    private static final BridgeName FOREIGN = BridgeName.parse("br0");
    private static final MachineId ID = MachineId.parse("00000000");

    private static ExternalPort port(String name, BridgeName bridge, String... offloads) {
        return new ExternalPort(PortName.parse(name), bridge, Owner.OPERATOR, true, List.of(offloads));
    }

    private static Desired desired(BridgeName bridge, boolean wasReady, String image, Wish wish) {
        return desired(bridge, wasReady, image, wish, HypervisorChoice.AUTO);
    }

    private static Desired desired(
            BridgeName bridge, boolean wasReady, String image, Wish wish, HypervisorChoice hypervisor) {
        ChainSpec spec = ChainSpec.of(
                Name.parse("fw"),
                Owner.OPERATOR,
                new ChainSpec.Spec(
                        bridge,
                        FlowMatch.ANY,
                        100,
                        FailurePolicy.CLOSED,
                        RunState.RUNNING,
                        List.of(new MiddleboxSpec(
                                Name.parse("fw"),
                                "firewall 1.0.0",
                                ImageDigest.parse(image.repeat(32)),
                                8,
                                1,
                                hypervisor,
                                HealthSpec.STANDARD,
                                List.of(
                                        new DeviceWiring("outside", DeviceMode.BUMP, WireEnd.parse("uplink")),
                                        new DeviceWiring("inside", DeviceMode.BUMP, WireEnd.parse("servers")))))));
        DeclaredChain declared = new DeclaredChain(new ChainId(1), spec, wasReady, Map.of(Name.parse("fw"), ID));
        return new Desired(
                OWN,
                Accelerator.KVM,
                List.of(port("uplink", bridge, "tx"), port("servers", bridge)),
                List.of(),
                List.of(new DesiredChain(ChainCompiler.compile(declared), wasReady, Map.of(ID, wish))));
    }

    private static Desired running(boolean wasReady) {
        return desired(OWN, wasReady, "00", Wish.RUN);
    }

    private static List<String> words(Plan plan) {
        return plan.actions().stream().map(Action::describe).toList();
    }

    /** The world after everything desired was carried out. */
    private static Observed done(Desired desired) {
        World world = new World(Observed.nothing(), desired);
        world.execute(Planner.plan(desired, Observed.nothing()));
        return world.observed();
    }

    private static Observed withMachine(Observed o, ObservedMachine.Power power, ObservedMachine.Wellness wellness) {
        ObservedMachine m = o.machines().get(0);
        ObservedMachine changed = new ObservedMachine(
                m.id(),
                m.name(),
                m.chain(),
                m.image(),
                m.memoryMib(),
                m.vcpus(),
                m.devices(),
                m.accelerator(),
                power,
                wellness);
        return new Observed(o.bridges(), o.ports(), o.taps(), o.offloadsOn(), List.of(changed), o.rules());
    }

    /** While libvirt does not answer, nothing of its machines is judged, and processes go on. */
    @Test
    void whatCannotBeSeenIsNotPlannedAndProcessesAre() {
        Desired desired = running(true);
        Observed blind = unseen(Observed.nothing());
        Plan plan = Planner.plan(desired, blind);
        assertThat(plan.actions()).noneMatch(action -> action instanceof Action.StartMachine);
        assertThat(plan.actions()).noneMatch(action -> action instanceof Action.CreateTaps);
        assertThat(plan.blocked()).contains(new Blocked("chain 'fw'", "libvirt does not answer"));
        Desired process = desired(OWN, true, "00", Wish.RUN, HypervisorChoice.PROCESS);
        Plan started = Planner.plan(process, blind);
        assertThat(started.blocked()).isEmpty();
        assertThat(words(started)).contains("start machine fw (process, 8 MiB)");
        // A tap that nothing declares may be held by a machine that nobody sees.
        Observed stray = new Observed(
                List.of(), List.of(), Set.of(new MachineId(0x99).portName(0)), Map.of(), List.of(), List.of());
        assertThat(Planner.plan(Desired.nothing(OWN), stray).actions()).hasSize(1);
        assertThat(Planner.plan(Desired.nothing(OWN), unseen(stray)).actions()).isEmpty();
    }

    private static Observed unseen(Observed o) {
        return new Observed(
                o.bridges(),
                o.ports(),
                o.taps(),
                o.offloadsOn(),
                o.machines(),
                o.rules(),
                Optional.of("libvirt does not answer"));
    }

    @Test
    void fromNothingToReady() {
        Observed host = new Observed(
                List.of(),
                List.of(),
                Set.of(),
                Map.of(PortName.parse("uplink"), Set.of("tx", "gso")),
                List.of(),
                List.of());
        assertThat(words(Planner.plan(running(false), host)))
                .containsExactly(
                        "create bridge flowstream",
                        "set the rules of bridge flowstream for unclaimed traffic",
                        "add port uplink to bridge flowstream",
                        "turn tx off at uplink",
                        "add port servers to bridge flowstream",
                        "verify image sha256:000000000000",
                        "create taps fs000000000, fs000000001 of fw",
                        "start machine fw (kvm, 8 MiB)",
                        "add ports fs000000000, fs000000001 of fw to bridge flowstream",
                        "isolate the machines of chain fw on bridge flowstream",
                        "wait until fw is ready",
                        "steer the flow of chain fw on bridge flowstream");
    }

    @Test
    void afterARebootAChainThatWasReadyMeetsItsPolicyBeforeItsMachineStarts() {
        Desired desired = running(true);
        Observed before = done(desired);
        Observed rebooted =
                new Observed(before.bridges(), before.ports(), Set.of(), before.offloadsOn(), List.of(), List.of());
        assertThat(words(Planner.plan(desired, rebooted)))
                .containsExactly(
                        "verify image sha256:000000000000",
                        "create taps fs000000000, fs000000001 of fw",
                        "steer the flow of chain fw on bridge flowstream",
                        "start machine fw (kvm, 8 MiB)",
                        "wait until fw is ready");
    }

    @Test
    void aRunningMachineIsAdopted() {
        Observed host = done(running(true));
        assertThat(Planner.plan(running(true), host)).isEqualTo(new Plan(List.of(), List.of()));
        assertThat(Planner.plan(running(false), host).actions())
                .as("also when the daemon died before it noted that the chain was ready")
                .isEmpty();
    }

    @Test
    void aMachineThatIsGoneOrUnwellStartsAnewAndKeepsItsWires() {
        Desired desired = running(true);
        Observed host = done(desired);
        Observed gone =
                new Observed(host.bridges(), host.ports(), host.taps(), host.offloadsOn(), List.of(), host.rules());
        List<String> start =
                List.of("verify image sha256:000000000000", "start machine fw (kvm, 8 MiB)", "wait until fw is ready");
        assertThat(words(Planner.plan(desired, gone))).isEqualTo(start);
        List<String> anew = new ArrayList<>(start);
        anew.add(1, "destroy machine fw");
        assertThat(words(Planner.plan(
                        desired, withMachine(host, ObservedMachine.Power.RUNNING, ObservedMachine.Wellness.UNWELL))))
                .isEqualTo(anew);
        assertThat(words(Planner.plan(
                        desired, withMachine(host, ObservedMachine.Power.ENDED, ObservedMachine.Wellness.STARTING))))
                .isEqualTo(anew);
        assertThat(words(Planner.plan(
                        desired, withMachine(host, ObservedMachine.Power.PAUSED, ObservedMachine.Wellness.UNWELL))))
                .containsExactly("resume machine fw", "wait until fw is ready");
    }

    @Test
    void backOffAndStopLeaveWiresAndRules() {
        Observed host = done(running(true));
        Observed gone =
                new Observed(host.bridges(), host.ports(), host.taps(), host.offloadsOn(), List.of(), host.rules());
        assertThat(Planner.plan(desired(OWN, true, "00", Wish.HOLD), gone).isEmpty())
                .isTrue();
        assertThat(Planner.plan(desired(OWN, true, "00", Wish.STOP), gone).isEmpty())
                .isTrue();
        assertThat(Planner.plan(desired(OWN, true, "00", Wish.HOLD), host).isEmpty())
                .isTrue();
        assertThat(words(Planner.plan(desired(OWN, true, "00", Wish.STOP), host)))
                .containsExactly("stop machine fw");
    }

    @Test
    void anotherImageIsVerifiedBeforeTheMachineStops() {
        assertThat(words(Planner.plan(desired(OWN, true, "11", Wish.RUN), done(running(true)))))
                .containsExactly(
                        "verify image sha256:111111111111",
                        "stop machine fw (restarting: it runs image sha256:000000000000)",
                        "start machine fw (kvm, 8 MiB)",
                        "wait until fw is ready");
    }

    @Test
    void aReadyMachineThatTakesTheImageKeepsRunning() {
        Desired other = desired(OWN, true, "11", Wish.RUN);
        Observed host = withMachine(done(running(true)), true, Optional.of(image("11")));
        assertThat(words(Planner.plan(other, host)))
                .containsExactly(
                        "verify image sha256:111111111111",
                        "swap the image of machine fw for sha256:111111111111 (hot)",
                        "wait until fw is ready");
        assertThat(words(Planner.plan(other, withMachine(host, true, Optional.of(image("22"))))))
                .as("it takes another one only")
                .contains("stop machine fw (restarting: it runs image sha256:000000000000)");
        assertThat(words(Planner.plan(desired(OWN, true, "11", Wish.HOLD), host)))
                .as("a machine that refused goes on")
                .isEmpty();
        Action swap = Planner.plan(other, host).actions().get(1);
        assertThat(swap.failpoint()).isEqualTo("swap-image");
        assertThat(swap.inverse().orElseThrow().describe()).contains("for sha256:000000000000");
    }

    @Test
    void aMachineThatIsToBeHaltedIsHaltedOnceAndNeverStarted() {
        Desired suspended = desired(OWN, true, "00", Wish.SUSPEND);
        Observed host = done(running(true));
        assertThat(words(Planner.plan(suspended, host))).containsExactly("suspend machine fw");
        for (ObservedMachine.Wellness wellness : List.of(
                ObservedMachine.Wellness.STARTING, ObservedMachine.Wellness.READY, ObservedMachine.Wellness.UNWELL)) {
            assertThat(Planner.plan(suspended, withMachine(host, ObservedMachine.Power.PAUSED, wellness))
                            .isEmpty())
                    .isTrue();
        }
        assertThat(words(Planner.plan(
                        suspended, withMachine(host, ObservedMachine.Power.ENDED, ObservedMachine.Wellness.STARTING))))
                .containsExactly("destroy machine fw");
        // Another image is not taken meanwhile, nor is it a reason to end what it holds.
        assertThat(Planner.plan(
                                desired(OWN, true, "11", Wish.SUSPEND),
                                withMachine(host, ObservedMachine.Power.PAUSED, ObservedMachine.Wellness.STARTING))
                        .isEmpty())
                .isTrue();
    }

    @Test
    void aGuestThatHasNotSaidWhatItRunsIsWaitedFor() {
        Observed host = withMachine(done(running(true)), false, Optional.empty());
        assertThat(words(Planner.plan(desired(OWN, true, "11", Wish.RUN), host)))
                .containsExactly("wait until fw is ready");
    }

    @Test
    void aPausedGuestThatHasNotSaidWhatItRunsGoesOnToSayIt() {
        Observed paused = withMachine(
                withMachine(done(running(true)), ObservedMachine.Power.PAUSED, ObservedMachine.Wellness.STARTING),
                false,
                Optional.empty());
        assertThat(words(Planner.plan(desired(OWN, true, "11", Wish.RUN), paused)))
                .containsExactly("resume machine fw", "wait until fw is ready");
    }

    private static ImageDigest image(String octet) {
        return ImageDigest.parse(octet.repeat(32));
    }

    private static Observed withMachine(Observed o, boolean said, Optional<ImageDigest> takes) {
        ObservedMachine m = o.machines().get(0);
        ObservedMachine changed = new ObservedMachine(
                m.id(),
                m.name(),
                m.chain(),
                m.image(),
                m.memoryMib(),
                m.vcpus(),
                m.devices(),
                m.accelerator(),
                m.power(),
                said ? m.wellness() : ObservedMachine.Wellness.STARTING,
                said,
                takes);
        return new Observed(o.bridges(), o.ports(), o.taps(), o.offloadsOn(), List.of(changed), o.rules());
    }

    @Test
    void removalGoesFromRulesToTaps() {
        Observed host = done(running(true));
        Desired gone = new Desired(OWN, Accelerator.KVM, running(true).ports(), List.of(), List.of());
        assertThat(words(Planner.plan(gone, host)))
                .containsExactly(
                        "clear the rules of chain 00000001 on bridge flowstream",
                        "destroy machine fw",
                        "remove ports fs000000000, fs000000001 from bridge flowstream",
                        "delete taps fs000000000, fs000000001");
    }

    @Test
    void aLeavingPortGetsItsOffloadsBack() {
        Observed host = done(running(true));
        Map<PortName, Set<String>> offloads = new TreeMap<>(Map.of(PortName.parse("uplink"), Set.<String>of()));
        Observed now = new Observed(host.bridges(), host.ports(), Set.of(), offloads, List.of(), List.of());
        List<ObservedPort> external = now.ports().stream()
                .filter(port -> MachineId.ofPort(port.name()).isEmpty())
                .toList();
        Observed unchained = new Observed(now.bridges(), external, Set.of(), offloads, List.of(), List.of());
        Desired leaving = new Desired(
                OWN, Accelerator.KVM, List.of(port("servers", OWN)), List.of(port("uplink", OWN, "tx")), List.of());
        assertThat(words(Planner.plan(leaving, unchained)))
                .containsExactly("turn tx on at uplink", "remove port uplink from bridge flowstream");
    }

    @Test
    void aForeignBridgeIsNeverCreatedAndItsPortsAreNotOurs() {
        Plan plan = Planner.plan(desired(FOREIGN, false, "00", Wish.RUN), Observed.nothing());
        assertThat(plan.actions()).isEmpty();
        assertThat(plan.blocked())
                .extracting(Blocked::toString)
                .containsExactly(
                        "bridge 'br0': it does not exist; create it (ovs-vsctl add-br br0) or use another",
                        "chain 'fw': bridge 'br0' does not exist");
        ObservedPort theirs = new ObservedPort(ID.portName(0), FOREIGN, false, Optional.of(4));
        Observed taken = new Observed(
                List.of(new ObservedBridge(FOREIGN, ObservedBridge.BaseRules.RIGHT)),
                List.of(theirs),
                Set.of(),
                Map.of(),
                List.of(),
                List.of());
        assertThat(Planner.plan(desired(FOREIGN, false, "00", Wish.RUN), taken).blocked())
                .extracting(Blocked::toString)
                .containsExactly("chain 'fw': port 'fs000000000' on bridge 'br0' is not ours");
    }

    @Test
    void actionsNameTheirFailpointAndUndoEachOther() {
        Plan plan = Planner.plan(running(false), Observed.nothing());
        assertThat(plan.actions())
                .extracting(Action::failpoint)
                .startsWith("create-bridge", "set-base-rules", "add-external-port")
                .endsWith("start-machine", "add-tap-ports", "set-rules", "await-ready", "set-rules");
        assertThat(plan.actions().stream()
                        .flatMap(action -> action.inverse().stream())
                        .map(Action::describe))
                .contains("delete bridge flowstream", "delete taps fs000000000, fs000000001", "destroy machine fw");
    }
}
