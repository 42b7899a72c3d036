package org.flowstream.reconcile;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.flowstream.control.Console;
import org.flowstream.control.GuestLine;
import org.flowstream.domain.Boot;
import org.flowstream.domain.DomainMetadata;
import org.flowstream.domain.DomainXml;
import org.flowstream.domain.HypervisorHost;
import org.flowstream.domain.Places;
import org.flowstream.image.Guest;
import org.flowstream.image.ImageException;
import org.flowstream.image.ImageStore;
import org.flowstream.libvirt.HardwareKvm;
import org.flowstream.libvirt.Hypervisor;
import org.flowstream.libvirt.KvmAccess;
import org.flowstream.libvirt.LibvirtFault;
import org.flowstream.libvirt.LibvirtHost;
import org.flowstream.libvirt.MachineEvent;
import org.flowstream.model.Accelerator;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ExitReason;
import org.flowstream.model.GuestKind;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.flowstream.plan.Desired;
import org.flowstream.plan.DesiredChain;
import org.flowstream.plan.MachineRef;
import org.flowstream.process.Folders;
import org.flowstream.process.ProcessFault;
import org.flowstream.process.ProcessHost;
import org.flowstream.process.ProcessMachine;
import org.flowstream.process.ProgramEnd;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** libvirt and the processes as the loop sees them: our machines, why one ended, and the folders of their sockets. */
final class HostMachines implements AutoCloseable {
    static final String SYSTEM = "libvirt";

    private static final Logger LOG = LoggerFactory.getLogger(HostMachines.class);

    private static final int CONSOLE_LINES = 100;
    private static final long FLUSH_NANOS = 150_000_000;
    private static final long GLANCE_NANOS = 3_000_000;

    private final Places places;
    private final ImageStore images;
    private final MachineDisks disks;
    private final Optional<Integer> cpuQuota;
    private final Clock clock;
    private final URI uri;
    private final Runnable changed;
    private final LibvirtHost libvirt;
    private final ProcessHost processes;
    private final XenMachines xen;
    /** The latest news of a domain's end, by its name: libvirt tells it once. */
    private final Map<String, MachineEvent.Moved> ends = new ConcurrentHashMap<>();
    /** When a process ended, by its id: told once, too. */
    private final Map<MachineId, Instant> processEnds = new ConcurrentHashMap<>();

    HostMachines(
            Places places, ImageStore images, String uri, Optional<Integer> cpuQuota, Clock clock, Runnable changed) {
        this.places = places;
        this.images = images;
        this.disks = new MachineDisks(places, images.parts());
        this.cpuQuota = cpuQuota;
        this.clock = clock;
        this.uri = URI.create(uri);
        this.changed = changed;
        this.processes = ProcessHost.open(places, this::hear);
        this.libvirt = LibvirtHost.open(this.uri, clock, this::hear);
        this.xen = new XenMachines(places, libvirt);
    }

    private void hear(MachineId endedProcess) {
        processEnds.put(endedProcess, clock.instant());
        changed.run();
    }

    private void hear(MachineEvent event) {
        if (event instanceof MachineEvent.Moved moved
                && (moved.kind().ended() || moved.kind() == MachineEvent.Kind.PANICKED)) {
            // The panic comes first and says more than the end that follows it.
            ends.merge(
                    moved.domain(), moved, (before, now) -> before.kind() == MachineEvent.Kind.PANICKED ? before : now);
        }
        if (event instanceof MachineEvent.Moved moved && moved.kind() == MachineEvent.Kind.STARTED) {
            ends.remove(moved.domain());
        }
        changed.run();
    }

    /**
     * A look at the machines of this installation, by their names.
     *
     * @param unseen why libvirt's are not among them
     */
    record Seen(List<HostMachine> machines, Optional<String> unseen) {}

    /**
     * Looks. Where all chains that are desired need libvirt, it has to answer.
     *
     * @param costs whether what machines cost is looked at; else libvirt's are said to cost nothing
     */
    Seen machines(Desired desired, boolean costs) {
        List<HostMachine> seen = new ArrayList<>();
        try {
            processes.machines().forEach(machine -> seen.add(HostMachine.of(machine)));
        } catch (ProcessFault e) {
            throw failure(e);
        }
        Optional<String> unseen = Optional.empty();
        try {
            (costs ? libvirt.machines() : libvirt.machinesWithoutCosts())
                    .stream()
                            .filter(machine -> machine.tag().installation().equals(places.installation()))
                            .forEach(machine -> seen.add(HostMachine.of(machine)));
        } catch (LibvirtFault e) {
            WorldException failure = failure(e);
            boolean needed = !desired.chains().isEmpty();
            if (needed && desired.chains().stream().noneMatch(HostMachines::isOfProcesses)) {
                throw failure;
            }
            unseen = Optional.of(failure.reason());
        }
        if (isXen()) {
            xen.look(seen);
        }
        seen.sort(HostMachine.BY_NAME);
        return new Seen(List.copyOf(seen), unseen);
    }

    private static boolean isOfProcesses(DesiredChain chain) {
        return chain.plan().machines().stream().allMatch(machine -> machine.hypervisor() == HypervisorChoice.PROCESS);
    }

    private static WorldException failure(LibvirtFault e) {
        String message = String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " ");
        return new WorldException(SYSTEM, message, e);
    }

    private static WorldException failure(ProcessFault e) {
        return new WorldException("kernel", String.valueOf(e.getMessage()), e);
    }

    void start(MachineSpec machine, Accelerator accelerator) {
        try {
            Files.createDirectories(places.log());
            if (accelerator == Accelerator.PROCESS) {
                processEnds.remove(machine.id());
                startProcess(machine);
                return;
            }
            makeFolder(machine.id());
            boolean emulated = machine.guest().isForeign()
                    && machine.hypervisor() == HypervisorChoice.AUTO
                    && HardwareKvm.fault(Path.of("/")).isPresent();
            create(
                    machine,
                    emulated ? Accelerator.QEMU : accelerator,
                    hypervisor().host());
        } catch (ProcessFault e) {
            throw failure(e);
        } catch (ImageException e) {
            throw new WorldException("images", String.valueOf(e.getMessage()), e);
        } catch (LibvirtFault e) {
            removeFolder(machine.id());
            throw failure(e);
        } catch (IOException e) {
            throw new WorldException(
                    "kernel", "cannot make " + places.machine(machine.id()) + ": " + e.getMessage(), e);
        }
    }

    private void startProcess(MachineSpec machine) {
        if (machine.guest() == GuestKind.ENGINE) {
            processes.start(machine);
        } else if (images.get(machine.image()).manifest().guest() instanceof Guest.Program program) {
            processes.start(machine, program);
        } else {
            throw new IllegalStateException("image " + machine.image() + " is no program");
        }
    }

    /**
     * The same where libvirt is Xen's.
     *
     * @param bridge on which the machine has its ports
     * @param wired called when those are there, before the machine runs
     */
    void startOnXen(MachineSpec machine, BridgeName bridge, byte[] image, Runnable wired) {
        try {
            xen.start(machine, bridge, image, wired);
        } catch (LibvirtFault e) {
            removeFolder(machine.id());
            throw failure(e);
        } catch (IOException e) {
            removeFolder(machine.id());
            throw new WorldException(SYSTEM, "machine " + machine.name() + " has no console: " + e.getMessage(), e);
        }
    }

    /** Whether libvirt is Xen's: all its machines are then. */
    private boolean isXen() {
        return uri.getScheme() != null && uri.getScheme().startsWith("xen");
    }

    /** Whether libvirt's host is another than ours: its interfaces cannot be looked at. */
    boolean areElsewhere() {
        return uri.getHost() != null;
    }

    boolean isXen(MachineSpec machine) {
        return machine.hypervisor().resolve(accelerator()) == Accelerator.XEN;
    }

    /** Where libvirt has no control groups a machine without a quota is better than none. */
    private void create(MachineSpec machine, Accelerator accelerator, HypervisorHost host) {
        Boot boot = boot(machine);
        try {
            libvirt.create(DomainXml.render(machine, boot, accelerator, places, host.withCpuQuota(cpuQuota)));
        } catch (LibvirtFault e) {
            if (cpuQuota.isEmpty() || e.kind() != LibvirtFault.Kind.UNSUPPORTED) {
                throw e;
            }
            LOG.warn("machine {} has no limit of processor time: {}", machine.name(), e.getMessage());
            libvirt.create(DomainXml.render(machine, boot, accelerator, places, host));
        }
    }

    private Boot boot(MachineSpec machine) {
        if (machine.guest() == GuestKind.ENGINE) {
            return new Boot.Engine(places.image(machine.image()));
        }
        Guest guest = images.get(machine.image()).manifest().guest();
        if (guest instanceof Guest.Kernel kernel) {
            return new Boot.Kernel(
                    images.parts().file(kernel.kernel()),
                    kernel.initrd().map(images.parts()::file),
                    kernel.commandLine());
        }
        if (guest instanceof Guest.Disk disk) {
            try {
                return disks.make(machine, disk, owner());
            } catch (IOException e) {
                throw new WorldException(
                        "kernel", "cannot make " + places.disk(machine.id()) + ": " + e.getMessage(), e);
            }
        }
        throw new IllegalStateException("image " + machine.image() + " is for no machine");
    }

    private Hypervisor hypervisor() {
        return Hypervisor.of(Path.of("/"), places, libvirt.qemuUser(), libvirt::offersKvm);
    }

    /** What {@code auto} means; while libvirt does not answer, nothing starts anyhow. */
    Accelerator accelerator() {
        if (isXen()) {
            return Accelerator.XEN;
        }
        try {
            return Hypervisor.best(Path.of("/"), libvirt.qemuUser(), libvirt::offersKvm);
        } catch (LibvirtFault e) {
            return Accelerator.QEMU;
        }
    }

    Optional<KvmFault> kvmFault() {
        if (isXen()) {
            return Optional.of(new KvmFault("machines at " + uri + " run by Xen", Optional.empty()));
        }
        try {
            return KvmFault.of(KvmAccess.of(Path.of("/"), libvirt.qemuUser()), libvirt::offersKvm);
        } catch (LibvirtFault e) {
            return Optional.empty();
        }
    }

    /** QEMU makes its sockets there, as its own user. */
    private void makeFolder(MachineId id) throws IOException {
        Path folder = places.machine(id);
        Files.createDirectories(folder);
        Optional<UserPrincipal> owner = owner();
        if (owner.isPresent()) {
            Files.setOwner(folder, owner.get());
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }

    private Optional<UserPrincipal> owner() throws IOException {
        Optional<String> label = libvirt.qemuUser();
        return label.isEmpty()
                ? Optional.empty()
                : Optional.of(places.run()
                        .getFileSystem()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByName(
                                label.get().substring(1, label.get().indexOf(':'))));
    }

    /** QEMU's user, as {@code ip tuntap} takes it. */
    String qemuUser() {
        try {
            return libvirt.qemuUser()
                    .map(label -> label.substring(1, label.indexOf(':')))
                    .orElse("root");
        } catch (LibvirtFault e) {
            throw failure(e);
        }
    }

    /** Who may open a machine's taps, as {@code ip tuntap} takes it: a process opens them as root. */
    String tapUser(MachineSpec machine) {
        return machine.hypervisor() == HypervisorChoice.PROCESS ? "root" : qemuUser();
    }

    void suspend(MachineRef machine) {
        if (processes.has(machine.id())) {
            doing(() -> processes.suspend(machine.id()));
            return;
        }
        doing(() -> libvirt.suspend(machine.name(), machine.id()));
    }

    void resume(MachineRef machine) {
        if (processes.has(machine.id())) {
            doing(() -> processes.resume(machine.id()));
            return;
        }
        doing(() -> libvirt.resume(machine.name(), machine.id()));
    }

    void stop(MachineRef machine, Duration grace) {
        if (processes.has(machine.id())) {
            doing(() -> processes.stop(machine.id(), grace));
            return;
        }
        if (isXen()) {
            doing(() -> xen.stop(machine, grace));
        } else {
            doing(() -> libvirt.stop(machine.name(), machine.id(), grace));
        }
        removeFolder(machine.id());
    }

    void destroy(MachineRef machine) {
        if (processes.has(machine.id())) {
            doing(() -> processes.destroy(machine.id()));
            return;
        }
        // First: libvirtd was seen to answer nobody any more when a domain ended under an open console.
        xen.endConsole(machine.id());
        doing(() -> libvirt.destroy(machine.name(), machine.id()));
        removeFolder(machine.id());
    }

    private static void doing(Runnable work) {
        try {
            work.run();
        } catch (LibvirtFault e) {
            throw failure(e);
        } catch (ProcessFault e) {
            throw failure(e);
        }
    }

    /** Removes the console of a machine that is declared no more, and what virtlogd moved away of it. */
    void forget(MachineId id) {
        Path console = places.console(id);
        removeDisks(id);
        try (Stream<Path> files = Files.exists(places.log()) ? Files.list(places.log()) : Stream.empty()) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (file.toString().startsWith(console.toString())) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new WorldException("kernel", "cannot remove " + console + ": " + e.getMessage(), e);
        }
    }

    private void removeDisks(MachineId id) {
        try {
            disks.remove(id);
        } catch (IOException e) {
            throw new WorldException("kernel", "cannot remove " + places.disk(id) + ": " + e.getMessage(), e);
        }
    }

    private void removeFolder(MachineId id) {
        try {
            Folders.remove(places.machine(id));
            disks.remove(id);
        } catch (IOException e) {
            throw new WorldException("kernel", "cannot remove " + places.machine(id) + ": " + e.getMessage(), e);
        }
    }

    /**
     * Why a machine ended: libvirt's news and the guest's last words together.
     *
     * @param foreign whether it is the user's own, whose lines are in no form of ours
     */
    ExitReason exit(MachineId id, Name name, boolean foreign) {
        Instant processEnd = processEnds.remove(id);
        Optional<ProgramEnd> end = processes.programEnd(id);
        if (end.isPresent()) {
            return new ExitReason(
                    processEnd == null ? clock.instant() : processEnd,
                    end.get().asOrdinary() ? ExitReason.Cause.POWERED_OFF : ExitReason.Cause.DIED,
                    end.get().detail());
        }
        if (processEnd != null) {
            return spoken(id, processEnd, ExitReason.Cause.DIED, false);
        }
        MachineEvent.Moved own = ends.remove(DomainMetadata.domainName(places.installation(), name));
        // A machine of an earlier version is called so until it is started anew.
        MachineEvent.Moved news = own == null ? ends.remove(DomainMetadata.plainName(name)) : own;
        if (foreign) {
            return new ExitReason(
                    news == null ? clock.instant() : news.at(),
                    news == null ? ExitReason.Cause.GONE : cause(news),
                    lastLine(id));
        }
        if (news == null) {
            return spoken(id, clock.instant(), ExitReason.Cause.GONE, false);
        }
        if (isXen()) {
            // What its console still holds comes first.
            xen.endConsole(id);
        }
        return switch (news.kind()) {
            case PANICKED, ENDED_BY_PANIC -> spoken(id, news.at(), ExitReason.Cause.PANIC, true);
            // A triple fault is to Xen a wish to restart, of which libvirt tells as of a power-off: a guest that means
            // it
            // says so.
            case ENDED_BY_POWER_OFF ->
                spoken(id, news.at(), isXen() ? ExitReason.Cause.DIED : ExitReason.Cause.POWERED_OFF, true);
            case ENDED_BY_DESTROY -> new ExitReason(news.at(), ExitReason.Cause.DESTROYED, lastLine(id));
            default -> new ExitReason(news.at(), ExitReason.Cause.DIED, lastLine(id));
        };
    }

    private static ExitReason.Cause cause(MachineEvent.Moved news) {
        return switch (news.kind()) {
            case PANICKED, ENDED_BY_PANIC -> ExitReason.Cause.PANIC;
            case ENDED_BY_POWER_OFF -> ExitReason.Cause.POWERED_OFF;
            case ENDED_BY_DESTROY -> ExitReason.Cause.DESTROYED;
            default -> ExitReason.Cause.DIED;
        };
    }

    /** The guest's own word for its end wins over what libvirt made of it. */
    private ExitReason spoken(MachineId id, Instant at, ExitReason.Cause otherwise, boolean expected) {
        Optional<GuestLine> word = Console.lastWord(console(id, CONSOLE_LINES));
        // The guest's last line may come a moment after the news of its end.
        long deadline = System.nanoTime() + FLUSH_NANOS;
        while (expected && word.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(GLANCE_NANOS);
            word = Console.lastWord(console(id, CONSOLE_LINES));
        }
        ExitReason.Cause cause = otherwise;
        if (word.isPresent() && word.get() instanceof GuestLine.ConfigurationError) {
            cause = ExitReason.Cause.CONFIGURATION_ERROR;
        } else if (word.isPresent() && word.get() instanceof GuestLine.Panic) {
            cause = ExitReason.Cause.PANIC;
        } else if (word.isPresent()) {
            cause = ExitReason.Cause.POWERED_OFF;
        }
        return new ExitReason(at, cause, lastLine(id));
    }

    /** Its latest line; that it was ready once says nothing about its end. */
    private String lastLine(MachineId id) {
        List<String> lines = console(id, 1);
        return lines.isEmpty() || lines.get(0).startsWith("READY ")
                ? ""
                : lines.get(0).strip();
    }

    /** The latest lines of a machine's console, also when it is gone. */
    List<String> console(MachineId id, int most) {
        try {
            return Console.lastLines(places.console(id), most);
        } catch (IOException e) {
            throw new WorldException("kernel", "cannot read " + places.console(id) + ": " + e.getMessage(), e);
        }
    }

    World.SystemState state() {
        Optional<String> trouble = libvirt.trouble();
        return trouble.map(text -> new World.SystemState(SYSTEM, false, text.replaceAll("\\s*\\R\\s*", " ")))
                .orElseGet(() -> new World.SystemState(SYSTEM, true, "answers at " + uri));
    }

    /** The kernel always answers; what it says is how many processes there are. */
    World.SystemState processState() {
        try {
            long running = processes.machines().stream()
                    .filter(ProcessMachine::isAlive)
                    .count();
            return new World.SystemState("processes", true, running + (running == 1 ? " runs" : " run"));
        } catch (ProcessFault e) {
            return new World.SystemState("processes", false, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        xen.close();
        libvirt.close();
        processes.close();
    }
}
