package org.flowstream.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.flowstream.control.Console;
import org.flowstream.control.ControlClient;
import org.flowstream.control.GuestLine;
import org.flowstream.control.Swap;
import org.flowstream.domain.Places;
import org.flowstream.host.Program;
import org.flowstream.host.Taps;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.model.Accelerator;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.problem.Problems;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes on real taps: their starts, their ends, and a second daemon that finds them. */
final class ProcessHostTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    private final MachineId id = new MachineId(ProcessHandle.current().pid());
    private final BlockingQueue<MachineId> ends = new LinkedBlockingQueue<>();

    @TempDir
    Path home;

    private Places places = Places.STANDARD;
    private MachineSpec machine = spec(ImageDigest.parse("sha256:" + "0".repeat(64)), id);
    private Optional<ProcessHost> host = Optional.empty();

    ProcessHostTest() {}

    private static MachineSpec spec(ImageDigest image, MachineId id) {
        List<MachineSpec.Device> devices = List.of(
                new MachineSpec.Device(0, "outside", id.portName(0), id.mac(0)),
                new MachineSpec.Device(1, "inside", id.portName(1), id.mac(1)));
        return new MachineSpec(
                id,
                Name.parse("w"),
                Name.parse("w"),
                Owner.OPERATOR,
                image,
                8,
                1,
                HypervisorChoice.PROCESS,
                HealthSpec.STANDARD,
                devices);
    }

    @BeforeEach
    void prepare() throws IOException {
        boolean root = Files.isWritable(Path.of("/proc/sys/net/ipv4/conf/lo/arp_ignore"))
                && Files.exists(Path.of("/dev/net/tun"));
        if (!root) {
            System.err.println("skipped ProcessHostTest: needs root and /dev/net/tun");
        }
        assumeTrue(root, "needs root and /dev/net/tun");
        places = new Places(home.resolve("state"), home.resolve("run"), home.resolve("log"));
        Files.createDirectories(places.images());
        Files.createDirectories(places.log());
        machine = spec(image("wire"), id);
        Taps taps = new Taps(places.installation(), "root");
        taps.create(machine.taps());
        Taps.raise(machine.taps());
        host = Optional.of(ProcessHost.open(places, ends::add));
    }

    private static Image build(String template) {
        Problems problems = new Problems();
        Template stock = TemplateLoader.stock(template);
        return ImageCompiler.ofProgram().build(stock, ParameterBinder.bind(stock, List.of(), problems), problems);
    }

    private ImageDigest image(String template) throws IOException {
        Image image = build(template);
        image.writeTo(places.image(image.digest()));
        return image.digest();
    }

    @AfterEach
    void clean() {
        host.ifPresent(it -> it.destroy(id));
        host.ifPresent(ProcessHost::close);
        new Taps(places.installation(), "root").list().forEach(Taps::delete);
    }

    private ProcessHost processes() {
        return host.orElseThrow();
    }

    private boolean hasCarrier(int device) throws IOException {
        return Files.readString(Path.of("/sys/class/net/" + id.portName(device) + "/carrier"))
                .strip()
                .equals("1");
    }

    private GuestLine lastWord() throws IOException {
        return Console.lastWord(Console.lastLines(places.console(id), 100)).orElseThrow();
    }

    @Test
    void aProcessStartsHoldsItsTapsAndStopsByItsButton() throws IOException {
        assertThat(hasCarrier(0)).isFalse();
        long begin = System.nanoTime();
        processes().start(machine);
        System.out.printf("a process is ready after %d us%n", (System.nanoTime() - begin) / 1000);
        ProcessMachine found = processes().machines().get(0);
        assertThat(found.isAlive()).isTrue();
        assertThat(found.tag().id()).isEqualTo(id);
        assertThat(found.tag().image()).isEqualTo(machine.image());
        assertThat(found.tag().accelerator()).isEqualTo(Accelerator.PROCESS);
        assertThat(found.residentKib()).isBetween(500L, 8192L);
        assertThat(hasCarrier(0)).isTrue();
        assertThat(hasCarrier(1)).isTrue();
        assertThat(Files.readAllLines(places.console(id)))
                .singleElement()
                .asString()
                .startsWith("READY digest=" + machine.image().hex() + " ");

        processes().stop(id, BOUND);
        assertThat(processes().machines()).isEmpty();
        assertThat(places.machine(id)).doesNotExist();
        assertThat(lastWord()).isEqualTo(new GuestLine.Stop("power-button"));
        await("carrier").atMost(BOUND).until(() -> !hasCarrier(0) && !hasCarrier(1));
    }

    @Test
    void aConfinedProcessTakesOtherImagesWithinItsMemory() throws IOException {
        Image wire = build("wire");
        Image firewall = build("firewall");
        processes().start(machine);
        long pid = processes().machines().get(0).pid().orElseThrow();
        try (ControlClient client = ControlClient.open(places.control(id), BOUND)) {
            for (int i = 0; i < 20; i++) {
                Swap.take(client, firewall);
                assertThat(client.text("filter.class").strip()).isEqualTo("IPFilter");
                Swap.take(client, wire);
            }
            Swap.scrub(client, firewall);
            assertThat(client.text("digest").strip())
                    .isEqualTo(firewall.digest().hex());
        }
        assertThat(processes().machines()).singleElement().satisfies(it -> {
            assertThat(it.isAlive()).isTrue();
            assertThat(it.pid()).contains(pid);
        });
        assertThat(Console.lastLines(places.console(id), 100))
                .singleElement()
                .asString()
                .startsWith("READY ");
    }

    @Test
    void anEndIsToldAtOnceAndLeavesAFolderThatIsDestroyed() throws Exception {
        processes().start(machine);
        long pid = processes().machines().get(0).pid().orElseThrow();
        long begin = System.nanoTime();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        assertThat(ends.poll(BOUND.toSeconds(), TimeUnit.SECONDS)).isEqualTo(id);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
        assertThat(processes().machines())
                .singleElement()
                .satisfies(it -> assertThat(it.isAlive()).isFalse());
        assertThat(processes().has(id)).isTrue();
        processes().destroy(id);
        assertThat(processes().has(id)).isFalse();
    }

    @Test
    void anotherDaemonFindsItHearsItsEndAndDoesNotStartItTwice() throws Exception {
        processes().start(machine);
        processes().close();
        BlockingQueue<MachineId> heard = new LinkedBlockingQueue<>();
        host = Optional.of(ProcessHost.open(places, heard::add));
        long pid = processes().machines().get(0).pid().orElseThrow();
        assertThatThrownBy(() -> processes().start(machine))
                .isInstanceOf(ProcessFault.class)
                .hasMessageContaining("lives");
        assertThat(processes().machines().get(0).pid()).contains(pid);

        // One that hangs does not take its power button: it is killed when its grace is over.
        assertThat(Program.run(List.of("kill", "-STOP", Long.toString(pid))).ok())
                .isTrue();
        processes().stop(id, Duration.ofMillis(200));
        assertThat(heard.poll(BOUND.toSeconds(), TimeUnit.SECONDS)).isEqualTo(id);
        assertThat(processes().machines()).isEmpty();
    }

    @Test
    void whatTheHostRefusesIsOneLineAndLeavesNothing() {
        machine.taps().forEach(Taps::delete);
        assertThatThrownBy(() -> processes().start(spec(new ImageDigest("1".repeat(64)), id)))
                .isInstanceOf(ProcessFault.class)
                .hasMessageContaining("No such file or directory");
        assertThat(places.machine(id)).doesNotExist();
        assertThat(processes().machines()).isEmpty();
    }

    @Test
    void allProcessesOfTheHostAreFoundByTheirArguments() {
        processes().start(machine);
        List<ProcessHost.Found> own = new ArrayList<>(ProcessHost.all());
        own.removeIf(found -> !found.folder().equals(places.machine(id)));
        assertThat(own).singleElement().satisfies(found -> {
            assertThat(found.tag().orElseThrow().installation()).isEqualTo(places.installation());
            found.destroy();
        });
        assertThat(places.machine(id)).doesNotExist();
        assertThat(processes().machines()).isEmpty();
    }
}
