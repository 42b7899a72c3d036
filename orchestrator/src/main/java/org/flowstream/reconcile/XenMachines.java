package org.flowstream.reconcile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.flowstream.control.ControlPort;
import org.flowstream.control.FramedConsole;
import org.flowstream.domain.Places;
import org.flowstream.domain.XenDomainXml;
import org.flowstream.libvirt.DomainConsole;
import org.flowstream.libvirt.LibvirtFault;
import org.flowstream.libvirt.LibvirtHost;
import org.flowstream.model.Accelerator;
import org.flowstream.model.BridgeName;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.flowstream.plan.MachineRef;
import org.flowstream.plan.ObservedMachine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What machines on Xen need beside libvirt's verbs: their consoles, held open as long as they run and made into the files
 * that machines of QEMU have by themselves. The host may be another than ours.
 */
final class XenMachines {
    private static final Logger LOG = LoggerFactory.getLogger(XenMachines.class);

    private final Places places;
    private final LibvirtHost libvirt;
    private final Map<MachineId, Console> consoles = new ConcurrentHashMap<>();

    /** Both ends of what a machine says. */
    private record Console(DomainConsole stream, FramedConsole framed) {
        void close() {
            stream.close();
            framed.close();
        }
    }

    XenMachines(Places places, LibvirtHost libvirt) {
        this.places = places;
        this.libvirt = libvirt;
    }

    /**
     * Creates a machine, and lets it go once its console is open and its ports are ours: it says nothing and sends nothing
     * that is not heeded.
     */
    void start(MachineSpec machine, BridgeName bridge, byte[] image, Runnable wired) throws IOException {
        endConsole(machine.id());
        // The name of what was destroyed a moment ago may be taken for a moment still; the loop then tries again.
        libvirt.createPaused(
                places.installation(),
                machine.id() + ".elf",
                image,
                there -> XenDomainXml.render(machine, places, there, bridge));
        try {
            openConsole(machine.name(), machine.id());
            wired.run();
            libvirt.resume(machine.name(), machine.id());
        } catch (IOException | RuntimeException e) {
            endConsole(machine.id());
            libvirt.destroy(machine.name(), machine.id());
            throw e;
        }
    }

    /** Opens the consoles of those that run and have none: the daemon was away, or libvirt was. */
    void look(List<HostMachine> machines) {
        for (HostMachine machine : machines) {
            MachineId id = machine.tag().id();
            Console known = consoles.get(id);
            if (machine.tag().accelerator() == Accelerator.XEN
                    && machine.power() == ObservedMachine.Power.RUNNING
                    && known != null
                    && known.framed().hasEnded()) {
                endConsole(id);
                known = null;
            }
            if (machine.tag().accelerator() == Accelerator.XEN
                    && machine.power() == ObservedMachine.Power.RUNNING
                    && known == null) {
                try {
                    openConsole(machine.tag().name(), id);
                } catch (IOException | LibvirtFault e) {
                    // It may have ended since it was seen; else the next look tries again.
                    LOG.info("machine {} is not heard: {}", machine.tag().name(), e.getMessage());
                }
            }
        }
    }

    private void openConsole(Name name, MachineId id) throws IOException {
        Files.createDirectories(places.log());
        Files.createDirectories(places.machine(id));
        Files.setPosixFilePermissions(places.machine(id), PosixFilePermissions.fromString("rwx------"));
        CompletableFuture<DomainConsole> stream = new CompletableFuture<>();
        FramedConsole console = new FramedConsole(
                bytes -> opened(stream).write(bytes), places.console(id), places.control(id), places.health(id));
        try {
            Optional<DomainConsole> opened = libvirt.openConsole(name, id, console::take, console::end);
            if (opened.isEmpty()) {
                throw new IOException("machine " + name + " has gone");
            }
            stream.complete(opened.get());
        } catch (IOException | RuntimeException e) {
            stream.completeExceptionally(new IOException("there is no console"));
            console.close();
            throw e;
        }
        Console before = consoles.put(id, new Console(stream.join(), console));
        if (before != null) {
            before.close();
        }
    }

    private static DomainConsole opened(CompletableFuture<DomainConsole> stream) throws IOException {
        try {
            return stream.join();
        } catch (java.util.concurrent.CompletionException e) {
            throw new IOException(e.getCause());
        }
    }

    /** Gives a machine's console up; what came of it is then in its file. */
    void endConsole(MachineId id) {
        Console console = consoles.remove(id);
        if (console != null) {
            console.close();
        }
    }

    /**
     * Asks a machine to end by its control protocol, and destroys it when it does not: Xen's own way to ask waits a
     * minute, deaf to all else, for a guest that does not answer.
     */
    void stop(MachineRef machine, Duration grace) {
        try {
            new ControlPort(places.control(machine.id()), grace)
                    .talk(session -> session.write("stop", "true".getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("machine {} was asked to stop: {}", machine.name(), e.getMessage());
        }
        if (!libvirt.awaitEnd(machine.name(), machine.id(), grace)) {
            endConsole(machine.id());
            libvirt.destroy(machine.name(), machine.id());
        }
        endConsole(machine.id());
    }

    void close() {
        consoles.values().forEach(Console::close);
    }
}
