package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.flowstream.control.Console;
import org.flowstream.domain.DomainMetadata;
import org.flowstream.domain.DomainXml;
import org.flowstream.domain.Places;
import org.flowstream.libvirt.DomainState;
import org.flowstream.libvirt.Hypervisor;
import org.flowstream.libvirt.LibvirtHost;
import org.flowstream.libvirt.LibvirtMachine;
import org.flowstream.libvirt.MachineEvent;
import org.flowstream.model.Accelerator;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What libvirt and QEMU do with a machine, from its start to each of its ends, and what we learn of it. */
final class MachineLifeTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final Path LIBVIRT = Path.of("/run/libvirt/libvirt-sock");

    private final long pid = ProcessHandle.current().pid();
    private final Name name = Name.parse("fst-" + pid);
    private final MachineId id = new MachineId(pid);
    private final Queue<MachineEvent> events = new ConcurrentLinkedQueue<>();
    private final Leftovers before = Leftovers.now();

    private Places places = Places.STANDARD;
    private LibvirtHost host = LibvirtHost.open(URI.create("qemu:///system"), Clock.systemUTC(), events::add);

    @BeforeEach
    void makeFolders() throws IOException {
        Path home = Strangers.newHome();
        places = new Places(home.resolve("state"), home.resolve("run"), home.resolve("log"));
        Files.createDirectories(places.images());
        Files.createDirectories(places.machine(id));
        Files.createDirectories(places.log());
    }

    @AfterEach
    void leaveNothing() throws IOException {
        host.destroy(name, id);
        host.close();
        assertThat(before.added(Host.SHARED).stream().filter(thing -> thing.contains(name.text())))
                .as("left behind")
                .isEmpty();
        try (Stream<Path> files = Files.walk(places.state().getParent())) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    private Hypervisor hypervisor() {
        return Hypervisor.of(Path.of("/"), places, host.qemuUser(), host::offersKvm);
    }

    /** Starts a guest that says READY; the time that libvirt took, in milliseconds. */
    private long start(TinyGuest guest, Accelerator accelerator) throws IOException {
        ImageDigest image = ImageDigest.parse("00".repeat(32));
        Files.write(places.image(image), guest.elf("READY or not"));
        MachineSpec spec = new MachineSpec(
                id, name, name, Owner.OPERATOR, image, 8, 1, HypervisorChoice.AUTO, HealthSpec.STANDARD, List.of());
        String xml = DomainXml.render(spec, accelerator, places, hypervisor().host());
        long begin = System.nanoTime();
        host.create(xml);
        return (System.nanoTime() - begin) / 1_000_000;
    }

    private long start(TinyGuest guest) throws IOException {
        return start(guest, Accelerator.QEMU);
    }

    private List<String> console() throws IOException {
        return Console.lastLines(places.console(id), 10);
    }

    private String domain() {
        return DomainMetadata.domainName(places.installation(), name);
    }

    private List<MachineEvent.Kind> kinds() {
        return events.stream()
                .filter(MachineEvent.Moved.class::isInstance)
                .map(MachineEvent.Moved.class::cast)
                .filter(event -> event.domain().equals(domain()))
                .map(MachineEvent.Moved::kind)
                .toList();
    }

    private void awaitEvent(MachineEvent.Kind kind) {
        Wait.until("the event " + kind + " (seen: " + kinds() + ")", BOUND, () -> kinds().contains(kind));
    }

    @Test
    void aMachineStartsIsSeenAndIsDestroyed() throws IOException {
        start(TinyGuest.DEAF);
        host.destroy(name, id);
        for (Accelerator accelerator : List.of(Accelerator.QEMU, hypervisor().best())) {
            long took = start(TinyGuest.DEAF, accelerator);
            Wait.until("the guest's line", BOUND, () -> console().contains("READY or not"));
            List<LibvirtMachine> mine = host.machines().stream()
                    .filter(machine -> machine.tag().id().equals(id))
                    .toList();
            assertThat(mine).hasSize(1);
            assertThat(mine.get(0).state()).isEqualTo(DomainState.RUNNING);
            assertThat(mine.get(0).tag().accelerator()).isEqualTo(accelerator);
            assertThat(mine.get(0).cpuNanos()).isPositive();
            assertThat(mine.get(0).residentKib()).isBetween(8_000L, 200_000L);
            long begin = System.nanoTime();
            assertThat(host.destroy(name, id)).isTrue();
            long destroyed = (System.nanoTime() - begin) / 1_000_000;
            System.out.println("libvirt, " + accelerator + ": create " + took + " ms, destroy " + destroyed + " ms");
            assertThat(took).as("with libvirt's knowledge of QEMU at hand").isLessThan(2_000);
        }
    }

    @Test
    void aMachineWhoseQemuIsStoppedIsDestroyedSoon() throws IOException {
        start(TinyGuest.DEAF);
        long qemu = Host.SHARED.qemu(domain());
        Proc.signal("STOP", qemu);
        long begin = System.nanoTime();
        assertThat(host.destroy(name, id)).isTrue();
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        System.out.println("libvirt: destroy of a stopped QEMU " + took.toMillis() + " ms");
        // libvirt by itself takes ten seconds.
        assertThat(took).isLessThan(Duration.ofSeconds(5));
        assertThat(Proc.hasEnded(qemu)).isTrue();
        assertThat(host.exists(name, id)).isFalse();
    }

    @Test
    void imagesStayTheirOwnersAndReadOnly() throws IOException {
        start(TinyGuest.DEAF);
        Path image = places.image(ImageDigest.parse("00".repeat(32)));
        assertThat(Files.getOwner(image)).as("while it runs").isEqualTo(Files.getOwner(places.images()));
    }

    @Test
    void aPanicIsToldAndEndsTheMachine() throws IOException {
        start(TinyGuest.PANICS);
        awaitEvent(MachineEvent.Kind.ENDED_BY_PANIC);
        assertThat(kinds()).containsSubsequence(MachineEvent.Kind.PANICKED, MachineEvent.Kind.ENDED_BY_PANIC);
        assertThat(host.exists(name, id)).isFalse();
        assertThat(console()).contains("READY or not");
    }

    @Test
    void aPowerOffIsTold() throws IOException {
        start(TinyGuest.POWERS_OFF);
        awaitEvent(MachineEvent.Kind.ENDED_BY_POWER_OFF);
        assertThat(host.exists(name, id)).isFalse();
    }

    @Test
    void aDeathIsToldWithinASecond() throws IOException {
        start(TinyGuest.DEAF);
        String qemu = Files.readString(Path.of("/run/libvirt/qemu/" + domain() + ".pid"))
                .trim();
        long begin = System.nanoTime();
        assertThat(ProcessHandle.of(Long.parseLong(qemu)).orElseThrow().destroyForcibly())
                .isTrue();
        awaitEvent(MachineEvent.Kind.ENDED_BY_DEATH);
        long took = (System.nanoTime() - begin) / 1_000_000;
        System.out.println("libvirt told of QEMU's death after " + took + " ms");
        assertThat(took).isLessThan(1_000);
    }

    @Test
    void aMachineThatIsDeafToThePowerButtonIsDestroyed() throws IOException {
        start(TinyGuest.DEAF);
        assertThat(host.stop(name, id, Duration.ofMillis(300))).isEqualTo(LibvirtHost.Stop.DESTROYED);
        assertThat(host.stop(name, id, Duration.ofMillis(300))).isEqualTo(LibvirtHost.Stop.ABSENT);
        awaitEvent(MachineEvent.Kind.ENDED_BY_DESTROY);
    }

    @Test
    void aPausedMachineGoesOn() throws IOException {
        start(TinyGuest.DEAF);
        assertThat(host.suspend(name, id)).isTrue();
        assertThat(host.state(name, id)).contains(DomainState.PAUSED);
        assertThat(host.resume(name, id)).isTrue();
        assertThat(host.state(name, id)).contains(DomainState.RUNNING);
    }

    @Test
    void theConsoleKeepsWhatEarlierRunsPrinted() throws IOException {
        start(TinyGuest.PANICS);
        awaitEvent(MachineEvent.Kind.ENDED_BY_PANIC);
        start(TinyGuest.DEAF);
        Wait.until("two lines", BOUND, () -> console().equals(List.of("READY or not", "READY or not")));
    }

    @Test
    void manyLivesCostNothingForGood() throws IOException {
        for (int warm = 0; warm < 5; warm++) {
            start(TinyGuest.DEAF);
            host.destroy(name, id);
        }
        long files = openFiles();
        long memory = residentKib();
        for (int life = 0; life < 25; life++) {
            start(TinyGuest.DEAF);
            host.machines();
            host.destroy(name, id);
        }
        System.gc();
        assertThat(openFiles()).as("open files").isLessThanOrEqualTo(files + 2);
        assertThat(residentKib()).as("KiB of memory").isLessThan(memory + 32 * 1024);
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    private static long residentKib() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aLostConnectionComesBackAndMachinesGoOn() throws IOException {
        Path socket = places.state().resolve("libvirt.sock");
        Queue<MachineEvent> news = new ConcurrentLinkedQueue<>();
        try (SocketProxy proxy = new SocketProxy(socket, LIBVIRT);
                LibvirtHost far = LibvirtHost.open(
                        URI.create("qemu+unix:///system?socket=" + socket), Clock.systemUTC(), news::add)) {
            start(TinyGuest.DEAF);
            assertThat(far.exists(name, id)).isTrue();
            for (int round = 1; round <= 3; round++) {
                proxy.cut();
                Wait.until("the loss", BOUND, () -> far.trouble().isPresent());
                proxy.mend();
                Wait.until("the connection", BOUND, () -> far.trouble().isEmpty());
                assertThat(far.exists(name, id)).as("round " + round).isTrue();
            }
            assertThat(news.stream().filter(MachineEvent.Connected.class::isInstance))
                    .hasSize(4);
            assertThat(news.stream().filter(MachineEvent.Disconnected.class::isInstance))
                    .hasSize(3);
            far.destroy(name, id);
            Wait.until(
                    "events of the new connection",
                    BOUND,
                    () -> news.stream()
                            .anyMatch(event -> event instanceof MachineEvent.Moved moved
                                    && moved.kind() == MachineEvent.Kind.ENDED_BY_DESTROY));
        }
    }
}
