package org.flowstream.libvirt;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.flowstream.domain.DomainMetadata;
import org.flowstream.model.Installation;
import org.flowstream.problem.BadValueException;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;
import org.libvirt.jna.virDomainInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open connection to libvirt, in libvirt's own terms: each method is one call or a few, and frees what it got. It
 * does not outlive its {@link #close}; {@link LibvirtHost} sees to that.
 */
final class Connection {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private static final int LIFE_CYCLE_EVENT = 0;
    private static final int METADATA_ELEMENT = 2;
    private static final int STATS_STATE = 1;
    private static final int STATS_DO_NOT_WAIT = 1 << 29;
    /** VIR_UUID_STRING_BUFLEN: with the zero at its end. */
    private static final int UUID_TEXT = 37;

    private static final int START_PAUSED = 1;
    private static final int START_AUTO_DESTROY = 1 << 1;
    private static final int KEEP_ALIVE_SECONDS = 5;
    private static final int KEEP_ALIVE_MISSES = 3;

    private final ConnectionPointer pointer;
    private final Libvirt.VirConnectCloseFunc onClose;
    private final int eventId;
    /** By the domain's UUID, which libvirt makes anew for each start: reading a tag is a question for each machine. */
    private final Map<String, DomainMetadata> tags = new ConcurrentHashMap<>();

    private String capabilities = "";
    /** Xen's driver gives no statistics of many domains at once. */
    private volatile boolean givesStats = true;

    private Connection(ConnectionPointer pointer, Libvirt.VirConnectCloseFunc onClose, int eventId) {
        this.pointer = pointer;
        this.onClose = onClose;
        this.eventId = eventId;
    }

    /** Opens a connection; the callbacks are called on the thread of the {@link EventLoop} and must not block. */
    static Connection open(
            URI uri, Libvirt.VirConnectDomainEventCallback onEvent, Libvirt.VirConnectCloseFunc onClose) {
        ConnectionPointer pointer = Calls.object(Libvirt.INSTANCE.virConnectOpen(uri.toString()));
        try {
            Libvirt.INSTANCE.virConnectSetKeepAlive(pointer, KEEP_ALIVE_SECONDS, KEEP_ALIVE_MISSES);
            Calls.number(
                    Libvirt.INSTANCE.virConnectRegisterCloseCallback(pointer, onClose, Pointer.NULL, Pointer.NULL));
            int eventId = Calls.number(Libvirt.INSTANCE.virConnectDomainEventRegisterAny(
                    pointer, null, LIFE_CYCLE_EVENT, onEvent, Pointer.NULL, null));
            return new Connection(pointer, onClose, eventId);
        } catch (LibvirtFault e) {
            Libvirt.INSTANCE.virConnectClose(pointer);
            throw e;
        }
    }

    /** Gives all up. What holds a reference on the connection goes first, or libvirt keeps it. */
    void close() {
        Libvirt.INSTANCE.virConnectDomainEventDeregisterAny(pointer, eventId);
        Libvirt.INSTANCE.virConnectUnregisterCloseCallback(pointer, onClose);
        int left = Libvirt.INSTANCE.virConnectClose(pointer);
        if (left > 0) {
            LOG.warn("a closed libvirt connection is still held {} times", left);
        }
    }

    boolean alive() {
        return Libvirt.INSTANCE.virConnectIsAlive(pointer) == 1;
    }

    /** QEMU's user, asked once: libvirt looks at every QEMU there is to answer, and does not change it while it runs. */
    synchronized Optional<String> qemuUser() {
        if (capabilities.isEmpty()) {
            capabilities = Calls.text(Libvirt.INSTANCE.virConnectGetCapabilities(pointer));
        }
        return QemuUser.label(capabilities);
    }

    /** Whether QEMU can use KVM here, as libvirt found when it tried; asked again while it says no. */
    synchronized boolean offersKvm() {
        if (!QemuUser.offersKvm(capabilities)) {
            capabilities = Calls.text(Libvirt.INSTANCE.virConnectGetCapabilities(pointer));
        }
        return QemuUser.offersKvm(capabilities);
    }

    /**
     * All domains that carry a tag of ours, of any installation. Nothing here asks a QEMU: one that hangs would never
     * answer, and libvirt would wait for it without end.
     *
     * @param costs what a domain's QEMU takes of the host, by the domain's name
     */
    List<LibvirtMachine> machines(Function<String, Emulators.Cost> costs) {
        Set<String> seen = new HashSet<>();
        List<LibvirtMachine> machines = givesStats ? byStats(costs, seen) : oneByOne(all(), seen);
        tags.keySet().retainAll(seen);
        return machines;
    }

    private List<LibvirtMachine> byStats(Function<String, Emulators.Cost> costs, Set<String> seen) {
        PointerByReference records = new PointerByReference();
        try {
            int count = Calls.number(
                    Calls.MORE.virConnectGetAllDomainStats(pointer, STATS_STATE, records, STATS_DO_NOT_WAIT));
            return read(records.getValue(), count, costs, seen);
        } catch (LibvirtFault e) {
            if (e.code() != LibvirtFault.NO_SUPPORT) {
                throw e;
            }
            givesStats = false;
            return oneByOne(all(), seen);
        }
    }

    private List<DomainPointer> all() {
        PointerByReference list = new PointerByReference();
        int count = Calls.number(Calls.MORE.virConnectListAllDomains(pointer, list, 0));
        List<DomainPointer> domains = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            domains.add(new DomainPointer(list.getValue().getPointer((long) i * Native.POINTER_SIZE)));
        }
        Native.free(Pointer.nativeValue(list.getValue()));
        return domains;
    }

    /** Asks each by itself, and frees it. What they cost is what libvirt says. */
    private List<LibvirtMachine> oneByOne(List<DomainPointer> domains, Set<String> seen) {
        List<LibvirtMachine> machines = new ArrayList<>();
        try {
            for (DomainPointer domain : domains) {
                String uuid = uuid(domain);
                seen.add(uuid);
                knownTag(uuid, domain).flatMap(tag -> look(tag, domain)).ifPresent(machines::add);
            }
        } finally {
            domains.forEach(Connection::free);
        }
        return machines;
    }

    /** Empty when it has gone meanwhile. */
    private static Optional<LibvirtMachine> look(DomainMetadata tag, DomainPointer domain) {
        IntByReference state = new IntByReference();
        IntByReference reason = new IntByReference();
        virDomainInfo info = new virDomainInfo();
        try {
            Calls.number(Calls.MORE.virDomainGetState(domain, state, reason, 0));
            Calls.number(Libvirt.INSTANCE.virDomainGetInfo(domain, info));
        } catch (LibvirtFault e) {
            if (e.kind() == LibvirtFault.Kind.ABSENT) {
                return Optional.empty();
            }
            throw e;
        }
        return Optional.of(new LibvirtMachine(
                tag,
                name(domain),
                DomainState.of(state.getValue()),
                reason.getValue(),
                info.cpuTime,
                info.memory.longValue()));
    }

    /** Of some domains those that are there and carry a tag of ours; what they cost is left out. */
    List<LibvirtMachine> machines(List<String> names) {
        List<DomainPointer> there = new ArrayList<>();
        try {
            for (String name : names) {
                find(name).ifPresent(there::add);
            }
            if (there.isEmpty()) {
                return List.of();
            }
            if (!givesStats) {
                List<DomainPointer> asked = List.copyOf(there);
                there.clear();
                return oneByOne(asked, new HashSet<>());
            }
            PointerByReference records = new PointerByReference();
            Pointer[] domains = there.stream().map(DomainPointer::getPointer).toArray(Pointer[]::new);
            int count =
                    Calls.number(Calls.MORE.virDomainListGetStats(domains, STATS_STATE, records, STATS_DO_NOT_WAIT));
            return read(records.getValue(), count, name -> Emulators.NOTHING, new HashSet<>());
        } finally {
            there.forEach(Connection::free);
        }
    }

    private List<LibvirtMachine> read(
            Pointer list, int count, Function<String, Emulators.Cost> costs, Set<String> seen) {
        List<LibvirtMachine> machines = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                DomainStats stats = DomainStats.read(list.getPointer((long) i * Native.POINTER_SIZE));
                DomainPointer domain = new DomainPointer(stats.domain());
                String uuid = uuid(domain);
                seen.add(uuid);
                String name = name(domain);
                // What others' domains cost is not asked for: each that is no QEMU would have all processes looked
                // through.
                knownTag(uuid, domain).ifPresent(tag -> {
                    Emulators.Cost cost = costs.apply(name);
                    machines.add(new LibvirtMachine(
                            tag,
                            name,
                            DomainState.of((int) stats.number("state.state")),
                            (int) stats.number("state.reason"),
                            cost.cpuNanos(),
                            cost.residentKib()));
                });
            }
        } finally {
            Calls.MORE.virDomainStatsRecordListFree(list);
        }
        return machines;
    }

    private static String uuid(DomainPointer domain) {
        byte[] uuid = new byte[UUID_TEXT];
        Calls.number(Libvirt.INSTANCE.virDomainGetUUIDString(domain, uuid));
        return new String(uuid, 0, UUID_TEXT - 1, StandardCharsets.US_ASCII);
    }

    private Optional<DomainMetadata> knownTag(String uuid, DomainPointer domain) {
        DomainMetadata known = tags.get(uuid);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<DomainMetadata> read = tag(domain);
        read.ifPresent(tag -> tags.put(uuid, tag));
        return read;
    }

    /**
     * Creates a domain and starts it.
     *
     * @param ends whether it ends with this connection
     * @return its name
     */
    String create(String xml, boolean ends) {
        return create(xml, ends ? START_AUTO_DESTROY : 0);
    }

    /** Creates a domain whose processor stands still. */
    String createPaused(String xml) {
        return create(xml, START_PAUSED);
    }

    private String create(String xml, int flags) {
        DomainPointer domain = Calls.object(Libvirt.INSTANCE.virDomainCreateXML(pointer, xml, flags));
        try {
            return name(domain);
        } finally {
            free(domain);
        }
    }

    /** Ends a domain, unless it bears a tag of ours or is gone. */
    void destroyUntagged(String name) {
        try {
            DomainPointer domain = domain(name);
            try {
                if (tag(domain).isEmpty()) {
                    destroy(domain);
                }
            } finally {
                free(domain);
            }
        } catch (LibvirtFault e) {
            if (e.kind() != LibvirtFault.Kind.ABSENT) {
                throw e;
            }
        }
    }

    private Optional<DomainPointer> find(String name) {
        try {
            return Optional.of(domain(name));
        } catch (LibvirtFault e) {
            if (e.kind() == LibvirtFault.Kind.ABSENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Images on its host. */
    HostImages images(Installation installation) {
        return new HostImages(pointer, installation);
    }

    /** A domain by its name. */
    DomainPointer domain(String name) {
        return Calls.object(Libvirt.INSTANCE.virDomainLookupByName(pointer, name));
    }

    static String name(DomainPointer domain) {
        return Libvirt.INSTANCE.virDomainGetName(domain);
    }

    static void free(DomainPointer domain) {
        Libvirt.INSTANCE.virDomainFree(domain);
    }

    /** Our tag on a domain; empty when it has none, is gone, or is only being made. */
    static Optional<DomainMetadata> tag(DomainPointer domain) {
        try {
            return Optional.of(DomainMetadata.parse(Calls.text(
                    Libvirt.INSTANCE.virDomainGetMetadata(domain, METADATA_ELEMENT, DomainMetadata.NAMESPACE, 0))));
        } catch (LibvirtFault e) {
            // Xen's libvirt shows a domain that it is making, and refuses its metadata: CONFLICT.
            if (e.kind() == LibvirtFault.Kind.UNTAGGED
                    || e.kind() == LibvirtFault.Kind.ABSENT
                    || e.kind() == LibvirtFault.Kind.CONFLICT) {
                return Optional.empty();
            }
            throw e;
        } catch (BadValueException e) {
            LOG.warn("a domain bears a tag of ours that is not understood: {}", e.getMessage());
            return Optional.empty();
        }
    }

    static DomainState state(DomainPointer domain) {
        IntByReference state = new IntByReference();
        IntByReference reason = new IntByReference();
        Calls.number(Calls.MORE.virDomainGetState(domain, state, reason, 0));
        return DomainState.of(state.getValue());
    }

    static void pressPowerButton(DomainPointer domain) {
        Calls.number(Libvirt.INSTANCE.virDomainShutdown(domain));
    }

    /** Ends a domain: QEMU is asked (SIGTERM) and then, after 10 s or so, killed. */
    static void destroy(DomainPointer domain) {
        Calls.number(Libvirt.INSTANCE.virDomainDestroy(domain));
    }

    static void suspend(DomainPointer domain) {
        Calls.number(Libvirt.INSTANCE.virDomainSuspend(domain));
    }

    static void resume(DomainPointer domain) {
        Calls.number(Libvirt.INSTANCE.virDomainResume(domain));
    }
}
