package org.flowstream.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** On libvirt's test driver: a host of its own in each connection, with one domain that is not ours. */
final class LibvirtHostTest {
    private static final ImageDigest IMAGE = ImageDigest.parse("ab".repeat(32));

    private final Queue<MachineEvent> events = new ConcurrentLinkedQueue<>();
    private final LibvirtHost host = LibvirtHost.open(URI.create("test:///default"), Clock.systemUTC(), events::add);

    @AfterEach
    void close() {
        host.close();
    }

    private List<MachineEvent.Kind> kinds() {
        return events.stream()
                .filter(MachineEvent.Moved.class::isInstance)
                .map(event -> ((MachineEvent.Moved) event).kind())
                .toList();
    }

    @Test
    void aMachineIsFoundByItsTagAlone() {
        MachineSpec spec = Machines.spec("fw", 7, IMAGE, 2);
        assertThat(host.machines()).as("the driver's own domain is not ours").isEmpty();
        host.create(Machines.forTestDriver(spec));
        host.create(Machines.forTestDriver(Machines.spec("other", 8, IMAGE, 1))
                .replaceAll("(?s)<metadata>.*</metadata>", ""));
        assertThat(host.machines()).hasSize(1);
        LibvirtMachine found = host.machines().get(0);
        assertThat(found.domain()).isEqualTo("flowstream-fw");
        assertThat(found.state()).isEqualTo(DomainState.RUNNING);
        assertThat(found.tag().id()).isEqualTo(spec.id());
        assertThat(found.tag().image()).isEqualTo(IMAGE);
        assertThat(found.tag().devices()).isEqualTo(2);
        assertThat(found.tag().installation().stateFolder()).isEqualTo("/var/lib/flowstream");
    }

    @Test
    void verbsTouchOnlyTheMachineThatIsMeant() {
        host.create(Machines.forTestDriver(Machines.spec("fw", 7, IMAGE, 1)));
        Name fw = Name.parse("fw");
        MachineId other = new MachineId(8);
        assertThat(host.state(fw, other)).isEmpty();
        assertThat(host.destroy(fw, other)).isFalse();
        assertThat(host.stop(fw, other, Duration.ofSeconds(1))).isEqualTo(LibvirtHost.Stop.ABSENT);
        assertThat(host.suspend(Name.parse("gone"), other)).isFalse();
        assertThat(host.state(fw, new MachineId(7))).contains(DomainState.RUNNING);
    }

    @Test
    void aLifeIsToldInEvents() {
        host.create(Machines.forTestDriver(Machines.spec("fw", 7, IMAGE, 1)));
        Name fw = Name.parse("fw");
        MachineId id = new MachineId(7);
        assertThat(host.suspend(fw, id)).isTrue();
        assertThat(host.state(fw, id)).contains(DomainState.PAUSED);
        assertThat(host.resume(fw, id)).isTrue();
        assertThat(host.destroy(fw, id)).isTrue();
        assertThat(host.destroy(fw, id)).as("again").isFalse();
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(kinds())
                        .containsExactly(
                                MachineEvent.Kind.STARTED,
                                MachineEvent.Kind.PAUSED,
                                MachineEvent.Kind.RESUMED,
                                MachineEvent.Kind.ENDED_BY_DESTROY));
        assertThat(events.peek()).isInstanceOf(MachineEvent.Connected.class);
    }

    @Test
    void looksInAMomentShowWhatChangedBetweenThem() {
        Name fw = Name.parse("fw");
        MachineId id = new MachineId(7);
        host.create(Machines.forTestDriver(Machines.spec("other", 8, IMAGE, 1)));
        assertThat(states()).containsExactly(DomainState.RUNNING);
        host.create(Machines.forTestDriver(Machines.spec("fw", 7, IMAGE, 1)));
        assertThat(states()).containsExactly(DomainState.RUNNING, DomainState.RUNNING);
        assertThat(host.suspend(fw, id)).isTrue();
        assertThat(states()).containsExactly(DomainState.PAUSED, DomainState.RUNNING);
        assertThat(host.machinesWithoutCosts().get(0).tag().image()).isEqualTo(IMAGE);
        try (LibvirtHost another = LibvirtHost.open(URI.create("test:///default"), Clock.systemUTC(), event -> {})) {
            assertThat(another.destroy(fw, id)).isTrue();
        }
        await().atMost(Duration.ofMillis(500)).until(() -> states().equals(List.of(DomainState.RUNNING)));
    }

    private List<DomainState> states() {
        return host.machinesWithoutCosts().stream().map(LibvirtMachine::state).toList();
    }

    @Test
    void thePowerButtonEndsAMachine() {
        host.create(Machines.forTestDriver(Machines.spec("fw", 7, IMAGE, 1)));
        assertThat(host.stop(Name.parse("fw"), new MachineId(7), Duration.ofSeconds(5)))
                .isEqualTo(LibvirtHost.Stop.POWERED_OFF);
        assertThat(host.machines()).isEmpty();
    }

    @Test
    void whatLibvirtRefusesIsSaidInItsWords() {
        MachineSpec spec = Machines.spec("fw", 7, IMAGE, 1);
        host.create(Machines.forTestDriver(spec));
        assertThatThrownBy(() -> host.create(Machines.forTestDriver(spec)))
                .isInstanceOf(LibvirtFault.class)
                .hasMessageContaining("flowstream-fw");
        LibvirtFault fault = catchThrowableOfType(LibvirtFault.class, () -> host.create("<domain"));
        assertThat(fault.kind()).isEqualTo(LibvirtFault.Kind.REFUSED);
        assertThat(host.trouble()).isEmpty();
    }

    @Test
    void aLibvirtThatIsNotThereIsSaid() {
        try (LibvirtHost nowhere = LibvirtHost.open(
                URI.create("qemu+unix:///system?socket=/nonexistent/libvirt-sock"), Clock.systemUTC(), events::add)) {
            LibvirtFault fault = catchThrowableOfType(LibvirtFault.class, nowhere::machines);
            assertThat(fault.kind()).isEqualTo(LibvirtFault.Kind.UNREACHABLE);
            assertThat(fault)
                    .hasMessageStartingWith("libvirt does not answer at qemu+unix:///system")
                    .hasMessageContaining("/nonexistent/libvirt-sock");
            assertThat(nowhere.trouble()).isPresent();
        }
    }

    @Test
    void anEventLoopThatStandsStillIsSaid() {
        CountDownLatch release = new CountDownLatch(1);
        try (LibvirtHost slow = LibvirtHost.open(URI.create("test:///default"), Clock.systemUTC(), event -> {
            if (event instanceof MachineEvent.Moved) {
                awaitQuietly(release);
            }
        })) {
            slow.create(Machines.forTestDriver(Machines.spec("fw", 7, IMAGE, 1)));
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(slow.trouble())
                            .hasValueSatisfying(
                                    text -> assertThat(text).startsWith("libvirt's event loop has stood still")));
            release.countDown();
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(slow.trouble()).isEmpty());
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void eventNumbersThatAreNotKnownAreNoError() {
        assertThat(MachineEvent.Kind.of(99, 0)).isEqualTo(MachineEvent.Kind.OTHER);
        assertThat(MachineEvent.Kind.of(5, 99)).isEqualTo(MachineEvent.Kind.OTHER);
        assertThat(MachineEvent.Kind.of(5, 2)).isEqualTo(MachineEvent.Kind.ENDED_BY_PANIC);
    }

    @Test
    void qemuUsersAreReadFromCapabilities() {
        assertThat(QemuUser.label(
                        "<secmodel>\n<model>dac</model>\n<doi>0</doi>\n<baselabel type='kvm'>+1:+2</baselabel>"
                                + "<baselabel type='qemu'>+64055:+110</baselabel></secmodel>"))
                .contains("+64055:+110");
        assertThat(host.qemuUser()).as("the test driver runs no QEMU").isEmpty();
        String guest = "<guest><arch name='i686'><domain type='kvm'/></arch></guest><guest><arch name='x86_64'>\n"
                + "<domain type='qemu'/>%s</arch></guest>";
        assertThat(QemuUser.offersKvm(guest.formatted("<domain type='kvm'/>"))).isTrue();
        assertThat(QemuUser.offersKvm(guest.formatted(""))).isFalse();
        assertThat(host.offersKvm()).isFalse();
    }
}
