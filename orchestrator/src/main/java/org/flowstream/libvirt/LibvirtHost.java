package org.flowstream.libvirt;

import com.sun.jna.Pointer;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.flowstream.domain.DomainMetadata;
import org.flowstream.model.Installation;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;

/**
 * The machines of one host, by its libvirt: observing them, and the verbs of machine actions.
 *
 * <p>It keeps one connection and opens it anew, with back-off, whenever libvirt went away; machines go on meanwhile, and
 * calls fail as {@link LibvirtFault.Kind#UNREACHABLE}. A verb names a machine by name and id and touches a domain only
 * when it bears a tag of ours with that id. All methods may be called by many threads and block while libvirt works;
 * none may be called from an event's listener.
 */
public final class LibvirtHost implements AutoCloseable {
    private static final Duration FIRST_RETRY = Duration.ofMillis(100);
    private static final Duration LAST_RETRY = Duration.ofSeconds(5);
    /** How long to trust that an event will tell of a domain's end before looking. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(250);
    /** A QEMU that works ends within milliseconds; one that is stopped does not hear libvirt's SIGTERM. */
    private static final Duration END_PATIENCE = Duration.ofSeconds(1);
    /** One that works answers within milliseconds; libvirt waits for one that does not without end. */
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);

    private final URI uri;
    private final Clock clock;
    private final Consumer<MachineEvent> listener;
    private final EventLoop loop = EventLoop.instance();
    // Kept here: native code calls them, so they must not be collected while a connection lives.
    private final Libvirt.VirConnectDomainEventCallback onEvent = this::onEvent;
    private final Libvirt.VirConnectCloseFunc onClose = this::onClose;
    private final Emulators emulators = new Emulators();
    private final MachineLooks looks = new MachineLooks();
    private final Thread keeper;
    private final CountDownLatch firstTry = new CountDownLatch(1);

    /** Calls hold it shared, so that a connection is not closed under them. */
    private final ReentrantReadWriteLock inUse = new ReentrantReadWriteLock();

    /** To be closed before the connection is; some may be so already. */
    private final Set<DomainConsole> consoles = ConcurrentHashMap.newKeySet();

    private @Nullable Connection connection;

    private final Object signal = new Object();
    private boolean broken;
    private boolean closed;
    private long movements;
    private String trouble = "not connected yet";

    private LibvirtHost(URI uri, Clock clock, Consumer<MachineEvent> listener) {
        this.uri = uri;
        this.clock = clock;
        this.listener = listener;
        this.keeper = new Thread(this::keep, "libvirt-connection");
        keeper.setDaemon(true);
    }

    /**
     * Connects, now or as soon as libvirt answers; returns after the first try, whatever its outcome.
     *
     * @param listener is told of events one at a time, on threads of libvirt's: it must hand on and return
     */
    public static LibvirtHost open(URI uri, Clock clock, Consumer<MachineEvent> listener) {
        LibvirtHost host = new LibvirtHost(uri, clock, listener);
        host.keeper.start();
        try {
            host.firstTry.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return host;
    }

    /** Why libvirt cannot be used now; empty while it can. */
    public Optional<String> trouble() {
        Duration stalled = loop.stalled();
        if (!stalled.isZero()) {
            return Optional.of("libvirt's event loop has stood still for " + stalled.toSeconds() + " s");
        }
        synchronized (signal) {
            return trouble.isEmpty() ? Optional.empty() : Optional.of(trouble);
        }
    }

    /** All machines, of any installation, in libvirt's order. */
    public List<LibvirtMachine> machines() {
        return call(connection -> connection.machines(emulators::cost));
    }

    /** The same without a look at their processes: what they cost is said to be 0. Where there are many it is faster. */
    public List<LibvirtMachine> machinesWithoutCosts() {
        return call(looks::look);
    }

    /** QEMU's user and group, as a label for {@code HypervisorHost}; the first call of a connection may take seconds. */
    public Optional<String> qemuUser() {
        return call(Connection::qemuUser);
    }

    /** Whether QEMU can use KVM here, as libvirt found when it tried. */
    public boolean offersKvm() {
        return call(Connection::offersKvm);
    }

    /** Creates a domain and starts it; a name that is taken is refused. */
    public void create(String xml) {
        run(connection -> looks.touched(connection.create(xml, false)));
    }

    /**
     * Creates a domain on a host that has no file of ours, its processor standing still.
     *
     * @param name of the image there, as long as this lasts
     * @param xml given the image's path there
     */
    public void createPaused(Installation installation, String name, byte[] image, Function<Path, String> xml) {
        run(connection -> {
            HostImages images = connection.images(installation);
            Path there = images.upload(name, image);
            try {
                looks.touched(connection.createPaused(xml.apply(there)));
            } finally {
                images.remove(name);
            }
        });
    }

    /** Whether images of the installation's may lie on the host, or what held them. */
    public boolean hasImages(Installation installation) {
        return call(connection -> connection.images(installation).hasPool());
    }

    /** Takes away what images of the installation's lie on the host, and what held them. */
    public void removeImages(Installation installation) {
        run(connection -> connection.images(installation).removeAll());
    }

    /**
     * Opens a machine's console; whoever had it loses it. It ends with the domain, and with the connection.
     *
     * @param taker is given what comes, on a thread of libvirt's: it must hand on and return
     * @param whenEnded told once, when nothing will come any more
     * @return empty when the machine is not there
     */
    public Optional<DomainConsole> openConsole(
            Name name, MachineId id, Consumer<ByteBuffer> taker, Runnable whenEnded) {
        return onMachine(name, id, domain -> {
            DomainConsole opened = DomainConsole.open(domain, taker, whenEnded);
            consoles.removeIf(DomainConsole::hasEnded);
            consoles.add(opened);
            return opened;
        });
    }

    /** Creates a domain that bears no tag and ends with this connection at the latest. */
    public void createBriefly(String xml) {
        run(connection -> connection.create(xml, true));
    }

    /** Ends such a domain; one that bears a tag is left alone. */
    public void destroyBrief(String name) {
        run(connection -> connection.destroyUntagged(name));
    }

    /** Whether the machine is there, in any state. */
    public boolean exists(Name name, MachineId id) {
        return state(name, id).isPresent();
    }

    /** The state of the machine's domain; empty when there is none of ours. */
    public Optional<DomainState> state(Name name, MachineId id) {
        return onMachine(name, id, Connection::state);
    }

    /** Ends the machine at once; false when it was not there. Takes 0.2 s: libvirt looks every 0.2 s for QEMU's end. */
    public boolean destroy(Name name, MachineId id) {
        // libvirt gives QEMU ten seconds to end at SIGTERM before it kills it: traffic does not wait so long.
        return does(name, id, domain -> within(END_PATIENCE, domain, Connection::destroy));
    }

    /** Does something with a domain that its QEMU has to answer; kills one that does not within the patience. */
    private void within(Duration patience, DomainPointer domain, Consumer<DomainPointer> verb) {
        String name = Connection.name(domain);
        CompletableFuture<Void> kill = CompletableFuture.runAsync(
                () -> emulators.kill(name),
                CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS));
        try {
            verb.accept(domain);
        } finally {
            kill.cancel(false);
        }
    }

    /** How a machine ended that was asked to. */
    public enum Stop {
        ABSENT,
        POWERED_OFF,
        /** It did not power off within its grace. */
        DESTROYED
    }

    /** Presses the machine's power button and waits for its end; destroys it when that takes longer than the grace. */
    public Stop stop(Name name, MachineId id, Duration grace) {
        if (!does(name, id, domain -> within(grace, domain, Connection::pressPowerButton))) {
            return Stop.ABSENT;
        }
        if (awaitEnd(name, id, grace)) {
            return Stop.POWERED_OFF;
        }
        return destroy(name, id) ? Stop.DESTROYED : Stop.POWERED_OFF;
    }

    /** Waits until the machine is gone, for so long at most; true when it is. */
    public boolean awaitEnd(Name name, MachineId id, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            long seen;
            synchronized (signal) {
                seen = movements;
            }
            if (!exists(name, id)) {
                return true;
            }
            long left = deadline - System.nanoTime();
            if (left <= 0 || !awaitMovement(seen, Math.min(left, LOOK_AGAIN.toNanos()))) {
                return !exists(name, id);
            }
        }
    }

    /** Stops the machine's processor; false when it was not there. */
    public boolean suspend(Name name, MachineId id) {
        return does(name, id, Connection::suspend);
    }

    /** Lets the machine's processor go on; false when it was not there. A QEMU that does not answer is killed. */
    public boolean resume(Name name, MachineId id) {
        return does(name, id, domain -> within(ANSWER_PATIENCE, domain, Connection::resume));
    }

    @Override
    public void close() {
        synchronized (signal) {
            closed = true;
            signal.notifyAll();
        }
        try {
            keeper.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean does(Name name, MachineId id, Consumer<DomainPointer> verb) {
        return onMachine(name, id, domain -> {
                    verb.accept(domain);
                    return true;
                })
                .isPresent();
    }

    /** Does something with a machine's domain; empty when there is none that bears the tag. */
    private <T> Optional<T> onMachine(Name name, MachineId id, Function<DomainPointer, T> verb) {
        return call(connection -> {
            Optional<T> done = onDomain(connection, DomainMetadata.plainName(name), id, verb);
            if (done.isPresent()) {
                return done;
            }
            // Another installation's name for it, or another's machine of that name: its id tells.
            return connection.machines(each -> Emulators.NOTHING).stream()
                    .filter(machine -> machine.tag().id().equals(id))
                    .findFirst()
                    .flatMap(machine -> onDomain(connection, machine.domain(), id, verb));
        });
    }

    private <T> Optional<T> onDomain(
            Connection connection, String name, MachineId id, Function<DomainPointer, T> verb) {
        try {
            DomainPointer domain = connection.domain(name);
            try {
                return Connection.tag(domain).filter(tag -> tag.id().equals(id)).map(tag -> verb.apply(domain));
            } finally {
                looks.touched(name);
                Connection.free(domain);
            }
        } catch (LibvirtFault e) {
            if (e.kind() == LibvirtFault.Kind.ABSENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void run(Consumer<Connection> work) {
        call(connection -> {
            work.accept(connection);
            return true;
        });
    }

    private <T> T call(Function<Connection, T> call) {
        inUse.readLock().lock();
        try {
            if (connection == null) {
                synchronized (signal) {
                    throw LibvirtFault.unreachable("libvirt does not answer at " + uri + ": " + trouble);
                }
            }
            Connection now = connection;
            try {
                return call.apply(now);
            } catch (LibvirtFault e) {
                if (!now.alive()) {
                    breaks(e.getMessage());
                    throw LibvirtFault.unreachable("libvirt at " + uri + " went away: " + e.getMessage());
                }
                throw e;
            }
        } finally {
            inUse.readLock().unlock();
        }
    }

    /** False when the time is up or the wait was interrupted before anything moved. */
    private boolean awaitMovement(long seen, long nanos) {
        synchronized (signal) {
            if (movements == seen && !closed) {
                try {
                    TimeUnit.NANOSECONDS.timedWait(signal, Math.max(nanos, 1_000_000));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            return !closed;
        }
    }

    private int onEvent(ConnectionPointer from, DomainPointer domain, int type, int detail, Pointer data) {
        String name = Libvirt.INSTANCE.virDomainGetName(domain);
        looks.touched(name);
        listener.accept(new MachineEvent.Moved(clock.instant(), name, MachineEvent.Kind.of(type, detail)));
        synchronized (signal) {
            movements++;
            signal.notifyAll();
        }
        return 0;
    }

    private void onClose(ConnectionPointer from, int reason, Pointer data) {
        breaks(
                switch (reason) {
                    case 1 -> "it closed the connection";
                    case 2 -> "it did not answer keep-alives";
                    default -> "the connection broke";
                });
    }

    private void breaks(String reason) {
        synchronized (signal) {
            broken = true;
            trouble = reason;
            signal.notifyAll();
        }
    }

    /** The keeper's life: connect, wait until the connection breaks, close it, and again. */
    private void keep() {
        Duration retry = FIRST_RETRY;
        while (!isClosed()) {
            boolean connected = connect();
            if (connected) {
                // Before open() returns: what its caller does next is told after this.
                listener.accept(new MachineEvent.Connected(clock.instant()));
            }
            firstTry.countDown();
            if (connected) {
                retry = FIRST_RETRY;
                awaitBreak();
                disconnect();
                if (!isClosed()) {
                    listener.accept(new MachineEvent.Disconnected(
                            clock.instant(), trouble().orElse("")));
                }
            } else {
                pause(retry);
                retry = retry.multipliedBy(2).compareTo(LAST_RETRY) > 0 ? LAST_RETRY : retry.multipliedBy(2);
            }
        }
    }

    private boolean isClosed() {
        synchronized (signal) {
            return closed;
        }
    }

    private boolean connect() {
        synchronized (signal) {
            broken = false;
        }
        try {
            Connection opened = Connection.open(uri, onEvent, onClose);
            inUse.writeLock().lock();
            try {
                connection = opened;
            } finally {
                inUse.writeLock().unlock();
            }
            synchronized (signal) {
                trouble = "";
            }
            return true;
        } catch (LibvirtFault e) {
            synchronized (signal) {
                trouble = e.getMessage();
            }
            return false;
        }
    }

    private void awaitBreak() {
        synchronized (signal) {
            while (!broken && !closed) {
                try {
                    signal.wait();
                } catch (InterruptedException e) {
                    closed = true;
                }
            }
        }
    }

    private void disconnect() {
        inUse.writeLock().lock();
        try {
            consoles.forEach(DomainConsole::close);
            consoles.clear();
            if (connection != null) {
                connection.close();
                connection = null;
            }
        } finally {
            inUse.writeLock().unlock();
        }
    }

    private void pause(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        synchronized (signal) {
            while (!closed && deadline - System.nanoTime() > 0) {
                try {
                    TimeUnit.NANOSECONDS.timedWait(signal, Math.max(deadline - System.nanoTime(), 1_000_000));
                } catch (InterruptedException e) {
                    closed = true;
                }
            }
        }
    }
}
