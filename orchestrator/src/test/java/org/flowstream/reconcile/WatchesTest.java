package org.flowstream.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.model.Accelerator;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.ExitReason;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.Installation;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.RunState;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;
import org.flowstream.plan.Action;
import org.flowstream.plan.Desired;
import org.flowstream.store.Store;
import org.flowstream.testing.Hands;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of machines that end, by a clock that the test moves. */
final class WatchesTest {
    private static final BridgeName BRIDGE = BridgeName.parse("flowstream");
    private static final Name FW = Name.parse("fw");

    @TempDir
    private Path folder;

    private final Hands hands = new Hands();
    private final SimulatedWorld world = new SimulatedWorld("uplink", "servers");
    private final EventLog events = new EventLog(hands, 1000);
    private Store store;
    private DeclaredChain chain;
    private MachineId id;
    private Watches watches;

    @BeforeEach
    void open() {
        store = Store.open(folder);
        Declarations declarations = new Declarations(Installation.STANDARD, store, new Random(7), hands);
        MiddleboxSpec middlebox = new MiddleboxSpec(
                FW,
                "wire 1.0.0",
                ImageDigest.parse("00".repeat(32)),
                8,
                1,
                HypervisorChoice.AUTO,
                HealthSpec.STANDARD,
                List.of(
                        new DeviceWiring("outside", DeviceMode.BUMP, WireEnd.parse("uplink")),
                        new DeviceWiring("inside", DeviceMode.BUMP, WireEnd.parse("servers"))));
        ChainSpec spec = ChainSpec.of(
                FW,
                Owner.OPERATOR,
                new ChainSpec.Spec(
                        BRIDGE, FlowMatch.ANY, 100, FailurePolicy.OPEN, RunState.RUNNING, List.of(middlebox)));
        chain = declarations.declare(spec, true).orElseThrow();
        id = chain.machine(FW);
        watches = new Watches(store, world, events, hands);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void look() {
        watches.see(List.of(chain), world.observe(Desired.nothing(BRIDGE)), watches.moment());
    }

    private void start() throws InterruptedException {
        world.perform(
                new Action.StartMachine(ChainCompiler.compile(chain).machines().get(0), Accelerator.QEMU));
        look();
    }

    private void lastsAndEnds(Duration ready) throws InterruptedException {
        start();
        hands.pass(ready);
        world.end(id, new ExitReason(hands.instant(), ExitReason.Cause.PANIC, "PANIC"));
        look();
    }

    private List<String> told(Class<? extends Event> type) {
        return events.after(0).stream()
                .map(EventLog.Entry::event)
                .filter(type::isInstance)
                .map(Event::text)
                .toList();
    }

    @Test
    void aMachineThatFlapsIsToldOnceAndAgainWhenItHasLasted() throws Exception {
        for (int end = 0; end < RestartPolicy.FLAPS + 2; end++) {
            lastsAndEnds(Duration.ofSeconds(20));
        }
        assertThat(told(Event.FlappingChanged.class))
                .containsExactly("flaps: 5 ends within 5 minutes; each restart now waits longer");
        assertThat(told(Event.RestartPlanned.class))
                .containsExactly(
                        "restart 1 at once",
                        "restart 1 at once",
                        "restart 1 at once",
                        "restart 1 at once",
                        "restart 2 in 1000 ms",
                        "restart 3 in 2000 ms",
                        "restart 4 in 4000 ms");
        start();
        hands.pass(RestartPolicy.WINDOW);
        look();
        assertThat(told(Event.FlappingChanged.class)).hasSize(2).last().isEqualTo("flaps no more");
    }

    @Test
    void whatWasKeptOfItsEndsIsKnownToTheNextDaemon() throws Exception {
        for (int end = 0; end < RestartPolicy.FLAPS; end++) {
            lastsAndEnds(Duration.ofSeconds(20));
        }
        watches = new Watches(store, world, events, hands);
        start();
        assertThat(watches.watch(id).flatMap(watch -> watch.policy().flapping(hands.instant())))
                .isPresent();
        assertThat(store.exits(id)).extracting(ExitReason::detail).containsOnly("PANIC");
    }

    @Test
    void someoneWhoAsksForAStartForgives() throws Exception {
        for (int end = 0; end < RestartPolicy.FLAPS; end++) {
            lastsAndEnds(Duration.ofSeconds(20));
        }
        watches.forgive(id);
        start();
        assertThat(watches.watch(id).flatMap(watch -> watch.policy().flapping(hands.instant())))
                .isEqualTo(Optional.empty());
        assertThat(told(Event.FlappingChanged.class)).hasSize(2);
    }
}
