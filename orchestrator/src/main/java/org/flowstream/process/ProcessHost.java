package org.flowstream.process;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.flowstream.domain.DomainMetadata;
import org.flowstream.domain.Places;
import org.flowstream.host.Program;
import org.flowstream.image.Guest;
import org.flowstream.model.Accelerator;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;

/**
 * Middleboxes that are processes: observing them by their folders, and the verbs of machine actions. They outlive the
 * daemon, and the next one finds them in the same place. Safe for all threads; verbs block until they are done.
 */
public final class ProcessHost implements AutoCloseable {
    /** {@code nobody} of every Linux: it owns no file, and the sandbox opens none. */
    private static final String USER = "65534:65534";

    /** A configuration of 10,000 rules is there in milliseconds; on a host that thrashes it is not. */
    private static final Duration START = Duration.ofSeconds(30);

    /** From SIGKILL to the end: longer when the host is short of memory. */
    private static final Duration END = Duration.ofSeconds(10);

    private static final long GLANCE_NANOS = 500_000;
    private static final int READY = 0;
    private static final int CONFIGURATION_ERROR = 1;
    private static final int PANIC = 3;

    private final Places places;
    private final Path program;
    private final LifeWatch watch;

    private ProcessHost(Places places, Path program, Consumer<MachineId> ended) {
        this.places = places;
        this.program = program;
        this.watch = new LifeWatch(ended);
    }

    /**
     * The processes of an installation.
     *
     * @param ended is told of the end of each, on a thread of its own: it must hand on and return
     */
    public static ProcessHost open(Places places, Consumer<MachineId> ended) {
        return new ProcessHost(places, EngineFile.install(places.state()), ended);
    }

    /** All that run, and those that have ended by themselves and were not removed. */
    public List<ProcessMachine> machines() {
        List<ProcessMachine> machines = new ArrayList<>();
        for (ProcessFolder folder : ProcessFolder.list(places.run().resolve("machines"))) {
            folder.tag()
                    .filter(tag -> tag.installation().equals(places.installation()))
                    .ifPresent(tag -> machines.add(look(folder, tag)));
        }
        return machines;
    }

    private ProcessMachine look(ProcessFolder folder, DomainMetadata tag) {
        Optional<ProcessId> process = folder.process();
        Optional<ProcessId.Cost> cost = process.flatMap(ProcessId::cost);
        if (cost.isEmpty()) {
            return new ProcessMachine(tag, Optional.empty(), false, 0, 0);
        }
        process.ifPresent(it -> watch.watch(tag.id(), it, folder.life()));
        return new ProcessMachine(
                tag,
                process.map(ProcessId::pid),
                folder.isSuspended() && process.filter(ProcessId::isHalted).isPresent(),
                cost.get().cpuNanos(),
                cost.get().residentKib());
    }

    /** Whether a process was started under this id, and not ended by us since. */
    public boolean has(MachineId id) {
        return folder(id).exists();
    }

    private ProcessFolder folder(MachineId id) {
        return new ProcessFolder(places.machine(id));
    }

    /**
     * Starts a process and waits until it is ready. One that finds its configuration wrong has started and ended: its log
     * says so.
     *
     * @throws ProcessFault when the host refused something that it needs; nothing is left then
     */
    public void start(MachineSpec machine) {
        start(machine, argv(machine));
    }

    /**
     * Starts a program of the user's under a supervisor, and waits until it runs.
     *
     * @throws ProcessFault when it cannot be run; nothing is left then
     */
    public void start(MachineSpec machine, Guest.Program guest) {
        start(machine, argv(machine, guest), folder -> new ProgramFolder(folder.path()).make(guest));
    }

    private void start(MachineSpec machine, List<String> argv) {
        start(machine, argv, folder -> {});
    }

    private void start(MachineSpec machine, List<String> argv, Consumer<ProcessFolder> more) {
        ProcessFolder folder = folder(machine.id());
        folder.make(DomainMetadata.of(places.installation(), machine, Accelerator.PROCESS));
        boolean good = false;
        try {
            more.accept(folder);
            Program.Output output = Program.run(argv, START);
            good = output.status() == READY || output.status() == CONFIGURATION_ERROR || output.status() == PANIC;
            if (!good) {
                throw new ProcessFault(
                        "the process did not start: " + output.complaint().replaceFirst("^ERROR ", ""));
            }
        } catch (IOException e) {
            kill(folder);
            throw new ProcessFault("the process did not start: " + e.getMessage(), e);
        } finally {
            // One that lives there already, as an earlier daemon may just have started it, is left to be found.
            if (!good && folder.process().filter(ProcessId::isAlive).isEmpty()) {
                folder.remove();
            }
        }
        folder.process().filter(ProcessId::isAlive).ifPresent(it -> watch.watch(machine.id(), it, folder.life()));
    }

    private List<String> argv(MachineSpec machine) {
        MachineId id = machine.id();
        List<String> argv = new ArrayList<>(
                List.of(program.toString(), places.image(machine.image()).toString()));
        for (MachineSpec.Device device : machine.devices()) {
            argv.add("--device");
            argv.add(device.index() + "=tap:" + device.tap() + ",mac=" + device.mac());
        }
        argv.addAll(List.of("--control", "unix:" + places.control(id), "--health", "unix:" + places.health(id)));
        argv.addAll(List.of("--log", places.console(id).toString(), "--user", USER));
        argv.addAll(List.of("--memory", Integer.toString(machine.memoryMib())));
        argv.addAll(List.of("--supervised", places.machine(id).toString()));
        return argv;
    }

    private List<String> argv(MachineSpec machine, Guest.Program guest) {
        MachineId id = machine.id();
        List<String> argv = new ArrayList<>(List.of(program.toString(), "--program"));
        argv.addAll(List.of("--supervised", places.machine(id).toString()));
        argv.addAll(List.of("--log", places.console(id).toString(), "--user", USER));
        argv.addAll(List.of("--io", guest.io().word(), "--memory", Integer.toString(machine.memoryMib())));
        for (MachineSpec.Device device : machine.devices()) {
            argv.addAll(List.of("--device", device.name() + "=" + device.tap() + "," + device.mac()));
            guest.addresses()
                    .getOrDefault(device.name(), List.of())
                    .forEach(address -> argv.addAll(List.of("--address", device.name() + "=" + address)));
        }
        guest.gateways().forEach(gateway -> argv.addAll(List.of("--gateway", gateway)));
        argv.add("--");
        argv.addAll(guest.argv());
        return argv;
    }

    /**
     * How a program of the user's ended that was started under this id.
     *
     * @return empty for the engine; for a program that was killed with its supervisor, that
     */
    public Optional<ProgramEnd> programEnd(MachineId id) {
        ProgramFolder own = new ProgramFolder(places.machine(id));
        return own.exists()
                ? Optional.of(own.end().orElse(new ProgramEnd(false, "killed with all of its processes")))
                : Optional.empty();
    }

    /** Asks a process to end, by the signal that is its power button; kills it when that takes longer than the grace. */
    public void stop(MachineId id, Duration grace) {
        ProcessFolder folder = folder(id);
        Optional<ProcessId> process = folder.process();
        process.flatMap(ProcessId::handle).ifPresent(ProcessHandle::destroy);
        if (process.isPresent() && !awaitEnd(process.get(), grace)) {
            kill(folder);
        }
        folder.remove();
    }

    /** Ends a process at once; one that has ended loses its folder. */
    public void destroy(MachineId id) {
        kill(folder(id));
        folder(id).remove();
    }

    /** Halts a process; its folder says that it is meant. */
    public void suspend(MachineId id) {
        folder(id).suspend(true);
        signal(id, "-STOP");
    }

    /** Has a process that someone stopped go on. */
    public void resume(MachineId id) {
        signal(id, "-CONT");
        folder(id).suspend(false);
    }

    private void signal(MachineId id, String signal) {
        folder(id).process().filter(ProcessId::isAlive).ifPresent(process -> {
            try {
                Program.run(List.of("kill", signal, Long.toString(process.pid())));
            } catch (IOException e) {
                throw new ProcessFault(
                        "cannot send " + signal + " to process " + process.pid() + ": " + e.getMessage(), e);
            }
        });
    }

    /**
     * All processes of ours on this host, whosever they are and wherever their folders lie.
     *
     * @param tag of those whose folder still has one
     */
    public record Found(long pid, Optional<DomainMetadata> tag, Path folder) {
        /** Ends it and removes its folder. */
        public void destroy() {
            ProcessFolder own = new ProcessFolder(folder);
            kill(own);
            own.remove();
        }
    }

    /** Looks for them by their arguments, without a daemon and without knowing any folder. */
    public static List<Found> all() {
        List<Found> found = new ArrayList<>();
        ProcessHandle.allProcesses()
                .forEach(handle -> folderOf(handle).ifPresent(folder -> {
                    ProcessFolder own = new ProcessFolder(folder);
                    boolean holds =
                            own.process().filter(it -> it.pid() == handle.pid()).isPresent();
                    if (holds) {
                        found.add(new Found(handle.pid(), own.tag(), folder));
                    }
                }));
        return found;
    }

    /** What follows {@code --supervised} in the arguments of an engine. */
    private static Optional<Path> folderOf(ProcessHandle handle) {
        String[] arguments = handle.info().arguments().orElseGet(() -> new String[0]);
        boolean engine = handle.info()
                .command()
                .filter(command -> command.contains("/flowstream-engine"))
                .isPresent();
        for (int i = 0; engine && i + 1 < arguments.length; i++) {
            if (arguments[i].equals("--supervised")) {
                return Optional.of(Path.of(arguments[i + 1]));
            }
        }
        return Optional.empty();
    }

    private static void kill(ProcessFolder folder) {
        Optional<ProcessId> process = folder.process();
        process.flatMap(ProcessId::handle).ifPresent(ProcessHandle::destroyForcibly);
        if (process.isPresent() && !awaitEnd(process.get(), END)) {
            throw new ProcessFault(
                    "process " + process.get().pid() + " did not end within " + END.toSeconds() + " s of SIGKILL");
        }
    }

    private static boolean awaitEnd(ProcessId process, Duration bound) {
        long deadline = System.nanoTime() + bound.toNanos();
        while (process.isAlive()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(GLANCE_NANOS);
        }
        return true;
    }

    @Override
    public void close() {
        watch.close();
    }
}
