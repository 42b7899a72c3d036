package org.flowstream.trial;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.flowstream.control.Console;
import org.flowstream.control.ControlClient;
import org.flowstream.control.HandlerException;
import org.flowstream.domain.Places;
import org.flowstream.domain.TrialSpec;
import org.flowstream.domain.TrialXml;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.libvirt.Hypervisor;
import org.flowstream.libvirt.LibvirtFault;
import org.flowstream.libvirt.LibvirtHost;
import org.flowstream.net.MacAddress;
import org.flowstream.problem.Problems;
import org.flowstream.process.TemplateTestRunner;
import org.flowstream.process.TemplateTestRunner.Result;
import org.flowstream.process.TemporaryFolder;
import org.flowstream.template.Frame;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateTest;

/**
 * Runs packet tests of templates in a machine booted through libvirt, one for each test. The machine's clock stands while
 * frames go in and goes on by the test's times, so that the outcome is the one of the process build.
 */
public final class MachineTestRunner implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(60);
    /** So much virtual time without a frame ends a test, as in the process build. */
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private static final int LAST_LINES = 100;
    private static final long FIRST_MAC = 0x020000000000L;

    private final ImageCompiler compiler;
    private final LibvirtHost libvirt;
    private final Places places;
    private final String prefix;
    private int count;

    /**
     * A runner.
     *
     * @param places the installation's, for what QEMU needs beside libvirt
     */
    public MachineTestRunner(ImageCompiler compiler, URI uri, Places places) {
        this.compiler = compiler;
        this.libvirt = LibvirtHost.open(uri, Clock.systemUTC(), event -> {});
        this.places = places;
        byte[] number = new byte[5];
        new SecureRandom().nextBytes(number);
        this.prefix = "packet-test-" + HexFormat.of().formatHex(number) + "-";
    }

    /** Whether a domain of this name is one of this runner's. */
    public boolean made(String domain) {
        return domain.startsWith(prefix);
    }

    /** Runs one test; a test that cannot be run has failed, and its differences say why. */
    public Result run(Template template, TemplateTest test) {
        Problems problems = new Problems();
        Image image = compiler.build(template, ParameterBinder.bind(template, test.parameters(), problems), problems);
        try (TemporaryFolder folder = new TemporaryFolder();
                Wires wires = new Wires(template.devices().size())) {
            TrialSpec spec = spec(template, image, folder, wires);
            start(spec);
            try (ControlClient control = ControlClient.open(spec.control(), BOUND)) {
                return Result.of(
                        test, pass(template, test, new TrialMachine(control, wires, TemplateTestRunner.BEGIN), wires));
            } catch (HandlerException e) {
                return Result.failed(test, String.valueOf(e.getMessage()));
            } catch (IOException e) {
                return Result.failed(
                        test,
                        lastWord(spec)
                                .map(word -> "the machine ended: " + word)
                                .orElse("the machine: " + e.getMessage()));
            } finally {
                libvirt.destroyBrief(spec.name());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run the test \"" + test.name() + "\": " + e.getMessage(), e);
        }
    }

    private void start(TrialSpec spec) throws IOException {
        try {
            Hypervisor hypervisor = hypervisor();
            libvirt.createBriefly(TrialXml.render(spec, hypervisor.best(), hypervisor.host()));
        } catch (LibvirtFault e) {
            // A machine that ends at once may be gone before libvirt has looked at it.
            if (lastWord(spec).isEmpty()) {
                throw e;
            }
        }
    }

    private Hypervisor hypervisor() throws IOException {
        Files.createDirectories(places.state());
        return Hypervisor.of(Path.of("/"), places, libvirt.qemuUser(), libvirt::offersKvm);
    }

    /** The machine's image and folders, open to QEMU's user. */
    private TrialSpec spec(Template template, Image image, TemporaryFolder folder, Wires wires) throws IOException {
        Files.setPosixFilePermissions(folder.path(), PosixFilePermissions.fromString("rwx--x--x"));
        Path file = folder.resolve("image.elf");
        image.writeTo(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Path sockets = Files.createDirectory(folder.resolve("machine"));
        Optional<String> user = libvirt.qemuUser();
        if (user.isPresent()) {
            UserPrincipal owner = sockets.getFileSystem()
                    .getUserPrincipalLookupService()
                    .lookupPrincipalByName(user.get().substring(1, user.get().indexOf(':')));
            Files.setOwner(sockets, owner);
        }
        List<TrialSpec.Device> devices = new ArrayList<>();
        for (int i = 0; i < template.devices().size(); i++) {
            devices.add(new TrialSpec.Device(new MacAddress(FIRST_MAC + i), wires.port(i), wires.peer(i)));
        }
        return new TrialSpec(
                prefix + ++count,
                file,
                "simtime=" + TemplateTestRunner.BEGIN + " seed=1",
                template.memoryMib(),
                sockets.resolve("control.sock"),
                folder.resolve("console"),
                devices);
    }

    private static TemplateTest.Outcome pass(Template template, TemplateTest test, TrialMachine machine, Wires wires)
            throws IOException {
        List<String> names = template.devices().stream().map(it -> it.name()).toList();
        List<TemplateTest.Send> sends = test.sends().stream()
                .sorted(Comparator.comparing(TemplateTest.Send::at).thenComparing(it -> names.indexOf(it.device())))
                .toList();
        for (int i = 0; i < sends.size(); ) {
            Duration at = sends.get(i).at();
            List<TrialMachine.Arrival> together = new ArrayList<>();
            for (; i < sends.size() && sends.get(i).at().equals(at); i++) {
                TemplateTest.Send send = sends.get(i);
                together.add(new TrialMachine.Arrival(
                        names.indexOf(send.device()), send.frame().bytes()));
            }
            machine.goOn(TemplateTestRunner.BEGIN + at.toNanos());
            machine.take(together);
        }
        machine.settle(SILENCE);
        Map<String, String> values = new TreeMap<>();
        for (String handler : TemplateTestRunner.handlers(test)) {
            values.put(handler, machine.read(handler));
        }
        Map<String, List<Frame>> frames = new TreeMap<>();
        for (int i = 0; i < names.size(); i++) {
            frames.put(names.get(i), wires.frames(i));
        }
        return new TemplateTest.Outcome(frames, values, values.getOrDefault(TemplateTestRunner.DROPS, ""));
    }

    /** What the machine said before it ended. */
    private static Optional<String> lastWord(TrialSpec spec) throws IOException {
        List<String> lines = Console.lastLines(spec.console(), LAST_LINES);
        return Console.lastWord(lines).map(word -> lines.get(lines.size() - 1).strip());
    }

    @Override
    public void close() {
        libvirt.close();
    }
}
