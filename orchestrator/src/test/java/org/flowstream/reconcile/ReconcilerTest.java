package org.flowstream.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.health.HealthReport;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.ExitReason;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.HealthLevel;
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
import org.flowstream.plan.ObservedMachine;
import org.flowstream.store.Store;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReconcilerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final BridgeName BRIDGE = BridgeName.parse("flowstream");

    @TempDir
    private Path folder;

    private final SimulatedWorld world = new SimulatedWorld("uplink", "servers", "third", "fourth");
    private final EventLog events = new EventLog(Clock.systemUTC(), 1000);
    private Store store;
    private Declarations declarations;
    private Reconciler reconciler;

    @BeforeEach
    void start() {
        open(Failpoints.NONE, pass -> {});
    }

    private void open(Failpoints failpoints, Consumer<Pass> listener) {
        store = Store.open(folder);
        declarations = new Declarations(Installation.STANDARD, store, new Random(7), Clock.systemUTC());
        reconciler = new Reconciler(BRIDGE, store, declarations, world, events, Clock.systemUTC(), failpoints);
        reconciler.whenSeen(listener);
        reconciler.start();
    }

    @AfterEach
    void stop() {
        reconciler.close();
        store.close();
    }

    @Test
    void aDeclaredChainComesAboutAndARemovedOneLeavesNothing() throws Exception {
        DeclaredChain chain = declare("fw", "uplink", "servers");
        assertThat(reconciler.await(pass -> pass.isSettled(chain.name()), PATIENCE))
                .isPresent();
        assertThat(world.done().get(world.done().size() - 1)).startsWith("steer the flow of chain fw");
        assertThat(declarations.chain(chain.name()).orElseThrow().wasReady()).isTrue();
        assertThat(texts(Event.StageDone.class))
                .extracting(text -> text.split(":", 2)[0])
                .containsExactly("machine", "guest", "health", "wiring");
        assertThat(texts(Event.MiddleboxReady.class)).containsExactly("ready");

        declarations.remove(chain.name());
        assertThat(reconciler.await(pass -> pass.isGone(chain), PATIENCE)).isPresent();
        assertThat(world.isEmpty()).isTrue();
    }

    @Test
    void afterSlowPassesTheLoopRestsButNotForThoseWhoWait() throws Exception {
        stop();
        AtomicInteger passes = new AtomicInteger();
        Duration slow = Duration.ofMillis(50);
        open(Failpoints.NONE, pass -> {
            passes.incrementAndGet();
            LockSupport.parkNanos(slow.toNanos());
        });
        long end = System.nanoTime() + Duration.ofMillis(1500).toNanos();
        while (System.nanoTime() < end) {
            reconciler.wake();
            LockSupport.parkNanos(1_000_000);
        }
        int restful = passes.get();
        assertThat(restful).as("with half a second after each").isBetween(1, 5);

        end = System.nanoTime() + Duration.ofMillis(1500).toNanos();
        while (System.nanoTime() < end) {
            reconciler.hurry();
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(passes.get() - restful)
                .as("with as long after each as it takes")
                .isBetween(7, 16);

        long begin = System.nanoTime();
        for (int i = 0; i < 8; i++) {
            assertThat(reconciler.await(pass -> true, PATIENCE)).isPresent();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .as("eight passes")
                .isBetween(slow.multipliedBy(7), Duration.ofSeconds(2));
    }

    @Test
    void whoKeepsTheLoopFromAChainIsToldThatItCameBy() throws Exception {
        Name chain = ready("fw", "uplink", "servers").name();
        await().atMost(PATIENCE).until(() -> reconciler.reserve(chain));
        assertThat(reconciler.await(pass -> true, PATIENCE)).hasValueSatisfying(pass -> {
            assertThat(pass.isSettled(chain)).isFalse();
            assertThat(pass.isSteered(chain)).isFalse();
        });
        assertThat(reconciler.giveBack(chain)).isTrue();
        assertThat(reconciler.await(pass -> pass.isSettled(chain), PATIENCE)).isPresent();
    }

    @Test
    void whoReservesAChainWaitsForWhatTheLoopDoesOnIt() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        world.holdStarts(started);
        Name chain = declare("fw", "uplink", "servers").name();
        await().atMost(PATIENCE).until(() -> world.done().stream().anyMatch(it -> it.startsWith("create taps")));
        assertThat(reconciler.reserve(List.of(chain), Duration.ofMillis(10)))
                .as("its machine starts")
                .isFalse();
        started.countDown();
        assertThat(reconciler.reserve(List.of(chain, Name.parse("other")), PATIENCE))
                .isTrue();
        assertThat(reconciler.reserve(Name.parse("other"))).as("both").isFalse();
        assertThat(reconciler.reserve(List.of(chain), Duration.ofMillis(10)))
                .as("taken")
                .isFalse();
    }

    @Test
    void aMachineThatDiesIsStartedAgainAtOnceAndTheReasonIsKept() throws Exception {
        DeclaredChain chain = ready("fw", "uplink", "servers");
        MachineId id = chain.machine(chain.name());
        long begin = System.nanoTime();
        world.end(id, ExitReason.Cause.DIED, "signal 9");
        await().atMost(PATIENCE).until(() -> world.machine(id).isPresent());
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(900));
        assertThat(store.exits(id)).extracting(ExitReason::detail).containsExactly("signal 9");
        assertThat(texts(Event.RestartPlanned.class)).containsExactly("restart 1 at once");
    }

    @Test
    void aSecondEndInARowWaitsAndAConfigurationErrorIsNotStartedAgain() throws Exception {
        DeclaredChain chain = ready("fw", "uplink", "servers");
        MachineId id = chain.machine(chain.name());
        world.end(id, ExitReason.Cause.PANIC, "PANIC");
        await().atMost(PATIENCE).until(() -> world.machine(id).isPresent());
        world.end(id, ExitReason.Cause.PANIC, "PANIC");
        await().atMost(PATIENCE).until(() -> reconciler.nextStart(id).isPresent());
        assertThat(world.machine(id)).isEmpty();
        await().atMost(PATIENCE).until(() -> world.machine(id).isPresent());

        world.end(id, ExitReason.Cause.CONFIGURATION_ERROR, "ERROR FromDevice(0): no such device");
        await().atMost(PATIENCE).until(() -> reconciler.failure(id).isPresent());
        assertThat(reconciler.failure(id)).contains("configuration-error: ERROR FromDevice(0): no such device");
        assertThat(store.exitCounts(id))
                .containsEntry(ExitReason.Cause.PANIC, 2L)
                .containsEntry(ExitReason.Cause.CONFIGURATION_ERROR, 1L);
        int done = world.done().size();
        assertThat(reconciler.await(pass -> pass.number() > 0, PATIENCE)).isPresent();
        assertThat(world.done()).hasSize(done);

        reconciler.asked(chain, true);
        await().atMost(PATIENCE).until(() -> world.machine(id).isPresent());
    }

    @Test
    void aFailureForGoodIsRememberedByTheNextDaemon() throws Exception {
        DeclaredChain chain = ready("fw", "uplink", "servers");
        MachineId id = chain.machine(chain.name());
        world.end(id, ExitReason.Cause.CONFIGURATION_ERROR, "ERROR x");
        await().atMost(PATIENCE).until(() -> reconciler.failure(id).isPresent());
        stop();
        open(Failpoints.NONE, pass -> {});
        assertThat(reconciler.await(pass -> true, PATIENCE)).isPresent();
        assertThat(reconciler.failure(id)).contains("configuration-error: ERROR x");
        assertThat(world.machine(id)).isEmpty();
    }

    @Test
    void theNextDaemonAdoptsWhatRuns() throws Exception {
        DeclaredChain chain = ready("fw", "uplink", "servers");
        int done = world.done().size();
        stop();
        open(Failpoints.NONE, pass -> {});
        assertThat(reconciler.await(pass -> pass.isSettled(chain.name()), PATIENCE))
                .isPresent();
        assertThat(world.done()).hasSize(done);
        assertThat(store.exits(chain.machine(chain.name()))).isEmpty();
    }

    @Test
    void whatEndedWhileNobodyWatchedIsStartedAndItsEndKept() throws Exception {
        DeclaredChain chain = ready("fw", "uplink", "servers");
        MachineId id = chain.machine(chain.name());
        stop();
        world.end(id, ExitReason.Cause.GONE, "");
        open(Failpoints.NONE, pass -> {});
        await().atMost(PATIENCE).until(() -> world.machine(id).isPresent());
        assertThat(store.exits(id)).extracting(ExitReason::cause).containsExactly(ExitReason.Cause.GONE);
    }

    @Test
    void aHangingMachineIsEndedAndStartedAnew() throws Exception {
        DeclaredChain chain = ready("fw", "uplink", "servers");
        MachineId id = chain.machine(chain.name());
        world.wellness(id, ObservedMachine.Wellness.UNWELL);
        await().atMost(PATIENCE)
                .until(() -> world.machine(id)
                        .filter(machine -> machine.wellness() == ObservedMachine.Wellness.READY)
                        .isPresent());
        assertThat(store.exits(id)).extracting(ExitReason::cause).containsExactly(ExitReason.Cause.HUNG);
    }

    @Test
    void aMachineThatFailsItsTestsIsEndedAndNotStartedUntilSomeoneAsks() throws Exception {
        DeclaredChain chain = ready("fw", "uplink", "servers");
        MachineId id = chain.machine(chain.name());
        String wrong = "\"ARP passes\": frame 1 out of inside: expected ether(), got nothing";
        world.report(
                id,
                new HealthReport(
                        List.of(new HealthReport.Level(HealthLevel.FUNCTION, HealthReport.State.BAD, wrong)),
                        Optional.empty(),
                        Instant.EPOCH));
        world.wellness(id, ObservedMachine.Wellness.FAILED);
        await().atMost(PATIENCE).until(() -> reconciler.failure(id).isPresent());
        assertThat(reconciler.failure(id)).contains("failed-tests: " + wrong);
        assertThat(store.exits(id)).extracting(ExitReason::cause).containsExactly(ExitReason.Cause.FAILED_TESTS);
        await().atMost(PATIENCE).until(() -> world.machine(id).isEmpty());
        int done = world.done().size();
        assertThat(reconciler.await(pass -> pass.number() > 0, PATIENCE)).isPresent();
        assertThat(world.done()).hasSize(done);

        reconciler.asked(chain, true);
        await().atMost(PATIENCE).until(() -> world.machine(id).isPresent());
    }

    @Test
    void aFailedActionIsToldAndTriedAgain() throws Exception {
        world.refuse("start machine", "no such kernel");
        DeclaredChain chain = declare("fw", "uplink", "servers");
        await().atMost(PATIENCE).until(() -> reconciler.trouble(chain.name()).isPresent());
        assertThat(reconciler.trouble(chain.name()).orElseThrow()).endsWith("no such kernel");
        assertThat(texts(Event.ActionFailed.class)).isNotEmpty();
        world.allowAll();
        assertThat(reconciler.await(pass -> pass.isSettled(chain.name()), PATIENCE))
                .isPresent();
    }

    @Test
    void anActionThatDoesNotHelpIsNotDoneOverAndOver() throws Exception {
        world.ignore("add ports");
        DeclaredChain chain = declare("fw", "uplink", "servers");
        await().atMost(PATIENCE).until(() -> count("add ports") >= 2);
        // The waits between them double from half a second: more than these cannot fit into the time that went by.
        assertThat(reconciler.await(pass -> false, Duration.ofSeconds(2))).isEmpty();
        assertThat(count("add ports")).isLessThanOrEqualTo(5);
        world.allowAll();
        assertThat(reconciler.await(pass -> pass.isSettled(chain.name()), PATIENCE))
                .isPresent();
    }

    private long count(String action) {
        return world.done().stream().filter(it -> it.startsWith(action)).count();
    }

    @Test
    void aSlowChainHoldsUpNoOther() throws Exception {
        DeclaredChain quick = ready("quick", "uplink", "servers");
        CountDownLatch latch = new CountDownLatch(1);
        world.holdStarts(latch);
        DeclaredChain slow = declare("slow", "third", "fourth");
        await().atMost(PATIENCE)
                .until(() ->
                        world.done().stream().anyMatch(it -> it.startsWith("create taps") && it.endsWith("of slow")));
        declarations.remove(quick.name());
        assertThat(reconciler.await(pass -> pass.isGone(quick), PATIENCE)).isPresent();
        latch.countDown();
        assertThat(reconciler.await(pass -> pass.isReady(slow.name()), PATIENCE))
                .isPresent();
    }

    @Test
    void whatWasJustDeclaredComesUpWhileTheLoopLooksAndIsLeftAsItIs() throws Exception {
        ready("quick", "uplink", "servers");
        CountDownLatch looks = new CountDownLatch(1);
        world.holdLooks(looks);
        long round = reconciler.round();
        reconciler.wake();
        await().atMost(PATIENCE).until(() -> reconciler.round() > round);
        // The look that goes on now was asked for before the chain was there, and will find the machine.
        DeclaredChain chain = declare("fw", "third", "fourth");
        assertThat(reconciler.bringUp(chain.name(), PATIENCE)).isTrue();
        assertThat(world.done().get(world.done().size() - 1)).startsWith("steer the flow of chain fw");
        assertThat(declarations.chain(chain.name()).orElseThrow().wasReady()).isTrue();
        List<String> done = world.done();
        looks.countDown();
        assertThat(reconciler.await(pass -> pass.isSettled(chain.name()), PATIENCE))
                .isPresent();
        assertThat(world.done()).isEqualTo(done);
    }

    @Test
    void whatCannotBeBroughtUpAtOnceIsLeftToTheLoop() throws Exception {
        ready("quick", "uplink", "servers");
        world.refuse("start machine fw", "no memory");
        DeclaredChain chain = declare("fw", "third", "fourth");
        assertThat(reconciler.bringUp(chain.name(), Duration.ofMillis(200))).isFalse();
        world.allowAll();
        assertThat(reconciler.await(pass -> pass.isSettled(chain.name()), PATIENCE))
                .isPresent();
    }

    @Test
    void aSystemThatDoesNotAnswerIsWaitedFor() throws Exception {
        world.silence("libvirt does not answer");
        DeclaredChain chain = declare("fw", "uplink", "servers");
        await().atMost(PATIENCE).until(() -> reconciler.obstacle().isPresent());
        world.silence(null);
        assertThat(reconciler.await(pass -> pass.isSettled(chain.name()), PATIENCE))
                .isPresent();
        assertThat(reconciler.obstacle()).isEmpty();
    }

    @Test
    void stoppingAndStartingAndRestarting() throws Exception {
        DeclaredChain chain = ready("fw", "uplink", "servers");
        MachineId id = chain.machine(chain.name());
        DeclaredChain stopped = declarations
                .update(chain.name(), it -> it.withSpec(it.spec().withState(RunState.STOPPED)))
                .orElseThrow();
        reconciler.asked(stopped, false);
        assertThat(reconciler.await(pass -> pass.machine(id).isEmpty(), PATIENCE))
                .isPresent();
        assertThat(world.isEmpty()).isFalse();
        declarations.update(chain.name(), it -> it.withSpec(it.spec().withState(RunState.RUNNING)));
        reconciler.asked(chain, true);
        assertThat(reconciler.await(pass -> pass.isSettled(chain.name()), PATIENCE))
                .isPresent();

        long starts = starts();
        reconciler.restart(chain);
        await().atMost(PATIENCE).until(() -> starts() == starts + 1);
        assertThat(reconciler.await(pass -> pass.isSettled(chain.name()), PATIENCE))
                .isPresent();
        assertThat(store.exits(id)).isEmpty();
    }

    @Test
    void aRunningMachineTakesAnotherImageOnceAndAnswersForIt() throws Exception {
        world.guestsSwap();
        DeclaredChain chain = ready("fw", "uplink", "servers");
        MachineId id = chain.machine(chain.name());
        long starts = starts();
        reconciler.asked(declare("fw", "uplink", "servers", "1"), true);
        await().atMost(PATIENCE).until(() -> image(id).equals("1".repeat(64)));
        assertThat(reconciler.await(pass -> pass.isSettled(chain.name()), PATIENCE))
                .isPresent();
        assertThat(starts()).isEqualTo(starts);
        assertThat(world.done()).doesNotContain("stop machine fw");
        assertThat(texts(Event.StageDone.class)).anyMatch(text -> text.contains("hot, image sha256:111111111111"));
    }

    @Test
    void aRefusedImageLeavesTheOldOneAndIsNotTriedAgainUntilAsked() throws Exception {
        world.guestsSwap();
        DeclaredChain chain = ready("fw", "uplink", "servers");
        MachineId id = chain.machine(chain.name());
        world.refuse("swap the image", "it goes on with image 0: NoSuchClass(): unknown element class");
        DeclaredChain changed = declare("fw", "uplink", "servers", "1");
        reconciler.asked(changed, true);
        await().atMost(PATIENCE).until(() -> reconciler.failure(id).isPresent());
        assertThat(reconciler.failure(id).orElseThrow())
                .isEqualTo("configuration-error: it goes on with image 0: NoSuchClass(): unknown element class");
        int done = world.done().size();
        for (int i = 0; i < 3; i++) {
            assertThat(reconciler.await(pass -> !pass.isReady(chain.name()), PATIENCE))
                    .isPresent();
        }
        assertThat(world.done()).hasSize(done);
        assertThat(image(id)).isEqualTo("0".repeat(64));
        assertThat(store.exits(id)).isEmpty();

        world.allowAll();
        reconciler.asked(changed, true);
        await().atMost(PATIENCE).until(() -> image(id).equals("1".repeat(64)));
        assertThat(reconciler.failure(id)).isEmpty();
    }

    private String image(MachineId id) {
        return world.machine(id).map(it -> it.image().hex()).orElse("");
    }

    @Test
    void everyActionCanFailOnItsWayAndTheWorldComesOutRight() throws Exception {
        for (String action : List.of("create-taps", "add-tap-ports", "set-rules", "start-machine")) {
            for (String when : List.of("before", "after")) {
                stop();
                open(Failpoints.parse(action + ":" + when + "=fail"), pass -> {});
                DeclaredChain chain = declare("fw", "uplink", "servers");
                await().atMost(PATIENCE)
                        .until(() -> !events.after(0).isEmpty()
                                && texts(Event.ActionFailed.class).stream().anyMatch(text -> text.contains(action)));
                stop();
                open(Failpoints.NONE, pass -> {});
                assertThat(reconciler.await(pass -> pass.isSettled(chain.name()), PATIENCE))
                        .as(action + " " + when)
                        .isPresent();
                declarations.remove(chain.name());
                assertThat(reconciler.await(pass -> pass.isGone(chain), PATIENCE))
                        .isPresent();
                assertThat(world.isEmpty()).isTrue();
            }
        }
    }

    private long starts() {
        return world.done().stream()
                .filter(it -> it.startsWith("start machine"))
                .count();
    }

    private List<String> texts(Class<? extends Event> kind) {
        Predicate<Event> wanted = kind::isInstance;
        return events.after(0).stream()
                .map(EventLog.Entry::event)
                .filter(wanted)
                .map(Event::text)
                .toList();
    }

    private DeclaredChain ready(String name, String outside, String inside) throws InterruptedException {
        DeclaredChain chain = declare(name, outside, inside);
        assertThat(reconciler.await(pass -> pass.isSettled(chain.name()), PATIENCE))
                .isPresent();
        return declarations.chain(chain.name()).orElseThrow();
    }

    private DeclaredChain declare(String name, String outside, String inside) {
        return declare(name, outside, inside, "0");
    }

    private DeclaredChain declare(String name, String outside, String inside, String digit) {
        MiddleboxSpec middlebox = new MiddleboxSpec(
                Name.parse(name),
                "wire 1.0.0",
                ImageDigest.parse("sha256:" + digit.repeat(64)),
                8,
                1,
                HypervisorChoice.AUTO,
                HealthSpec.STANDARD,
                List.of(
                        new DeviceWiring("outside", DeviceMode.BUMP, WireEnd.parse(outside)),
                        new DeviceWiring("inside", DeviceMode.BUMP, WireEnd.parse(inside))));
        ChainSpec spec = ChainSpec.of(
                Name.parse(name),
                Owner.OPERATOR,
                new ChainSpec.Spec(
                        BRIDGE, FlowMatch.parse(""), 100, FailurePolicy.CLOSED, RunState.RUNNING, List.of(middlebox)));
        DeclaredChain chain = declarations.declare(spec, false).orElseThrow();
        reconciler.asked(chain, true);
        return chain;
    }
}
