package org.flowstream.daemon;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.flowstream.domain.DomainMetadata;
import org.flowstream.domain.Places;
import org.flowstream.host.HostException;
import org.flowstream.host.Taps;
import org.flowstream.libvirt.LibvirtFault;
import org.flowstream.libvirt.LibvirtHost;
import org.flowstream.libvirt.LibvirtMachine;
import org.flowstream.model.BridgeName;
import org.flowstream.model.Installation;
import org.flowstream.model.PortName;
import org.flowstream.openflow.OpenFlowConnection;
import org.flowstream.openflow.OpenFlowException;
import org.flowstream.openflow.SwitchEvents;
import org.flowstream.ovsdb.ObservedBridge;
import org.flowstream.ovsdb.ObservedPort;
import org.flowstream.ovsdb.OvsdbException;
import org.flowstream.ovsdb.SwitchDatabase;
import org.flowstream.ovsdb.SwitchView;
import org.flowstream.ovsdb.Tags;
import org.flowstream.problem.BadValueException;
import org.flowstream.rules.RuleDiff;
import org.flowstream.rules.SwitchRules;
import org.flowstream.store.Store;

/**
 * The removal of everything on this host that carries our tag, whichever daemon made it: machines, rules and groups,
 * ports, bridges of ours, taps, sockets. It goes by the tags alone and needs no daemon and no store. What belongs to a
 * daemon that runs is left: that one would make it anew.
 */
public final class Purge {
    private static final Duration BOUND = Duration.ofSeconds(5);

    private final Settings settings;
    private final boolean dryRun;
    private final List<String> found = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    private final Map<String, Boolean> living = new TreeMap<>();

    private Purge(Settings settings, boolean dryRun) {
        this.settings = settings;
        this.dryRun = dryRun;
    }

    /**
     * What was found, in the order of its removal, and what could not be removed or looked at.
     *
     * @param found one line each, such as {@code machine flowstream-fw}
     * @param left the state folders of daemons that run, whose things were left
     */
    public record Outcome(List<String> found, List<String> failures, List<String> left) {}

    /** Removes everything, or with {@code dryRun} says what there is. */
    public static Outcome run(Settings settings, boolean dryRun) {
        Purge purge = new Purge(settings, dryRun);
        purge.attempt("libvirt", purge::machines);
        purge.attempt("Open vSwitch", purge::openVswitch);
        purge.attempt("the kernel's taps", purge::taps);
        purge.attempt("sockets", purge::sockets);
        return new Outcome(
                List.copyOf(purge.found),
                List.copyOf(purge.failures),
                purge.living.entrySet().stream()
                        .filter(Map.Entry::getValue)
                        .map(Map.Entry::getKey)
                        .toList());
    }

    /** One system; that it fails does not keep the others from being looked at. */
    private void attempt(String what, Runnable work) {
        try {
            work.run();
        } catch (LibvirtFault | OvsdbException | OpenFlowException | HostException e) {
            failures.add(what + ": " + String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " "));
        }
    }

    /** Whether a daemon works for an installation now. */
    private boolean lives(Installation installation) {
        return living.computeIfAbsent(installation.toString(), folder -> Store.isInUse(Path.of(folder)));
    }

    private boolean lives(Optional<Tags> tags) {
        return tags.map(Tags::installation).filter(this::lives).isPresent();
    }

    private void item(String line, Runnable removal) {
        found.add(line);
        if (!dryRun) {
            attempt(line, removal);
        }
    }

    private void machines() {
        try (LibvirtHost libvirt = LibvirtHost.open(URI.create(settings.libvirt()), Clock.systemUTC(), event -> {})) {
            for (LibvirtMachine machine : libvirt.machines()) {
                DomainMetadata tag = machine.tag();
                if (lives(tag.installation())) {
                    continue;
                }
                item(
                        "machine " + DomainMetadata.domainName(tag.name()) + " of " + tag.installation(),
                        () -> libvirt.destroy(tag.name(), tag.id()));
            }
        }
    }

    private void openVswitch() {
        Places places = settings.places();
        try (SwitchDatabase database =
                SwitchDatabase.connect(settings.openVswitch().database(), places.installation(), BOUND, () -> {})) {
            SwitchView view = database.awaitConnected();
            for (ObservedBridge bridge : view.bridges()) {
                // Ours goes as a whole below; rules tell no installation, but the ports beside them do.
                boolean shared = bridge.ports().stream().anyMatch(port -> lives(port.tags()));
                if (!bridge.isOurs() && !shared) {
                    attempt("bridge " + bridge.name(), () -> rules(database, bridge));
                }
            }
            for (ObservedPort port : view.ourPorts()) {
                if (!port.name().equals(port.bridge()) && !lives(port.tags())) {
                    item(
                            "port " + port.name() + " of bridge " + port.bridge(),
                            () -> database.removePorts(List.of(port)));
                }
            }
            for (ObservedBridge bridge : view.bridges()) {
                if (bridge.isOurs() && !lives(bridge.tags())) {
                    item("bridge " + bridge.name(), () -> database.removeOwnBridge(new BridgeName(bridge.name())));
                }
            }
        }
    }

    /** Our rules and groups on a bridge of others. */
    private void rules(SwitchDatabase database, ObservedBridge bridge) {
        BridgeName name;
        try {
            name = BridgeName.parse(bridge.name());
        } catch (BadValueException e) {
            return; // no bridge of such a name was ever named to us
        }
        Path socket = settings.openVswitch().management(name);
        if (!Files.exists(socket)) {
            return; // ovs-vswitchd does not run it: it has no rules
        }
        try (OpenFlowConnection connection = OpenFlowConnection.open(socket, SwitchEvents.NONE, BOUND)) {
            SwitchRules rules = connection.observe();
            if (!rules.isEmpty()) {
                item(
                        rules.flows().size() + " rules and " + rules.groups().size() + " groups on bridge " + name,
                        () -> connection.apply(RuleDiff.changes(SwitchRules.NONE, rules)));
            }
        }
        if (bridge.hasGroupRange() && !dryRun) {
            database.releaseGroups(name);
        }
    }

    private void taps() {
        Set<PortName> kept = new TreeSet<>();
        living.forEach((folder, alive) -> {
            if (alive) {
                kept.addAll(new Taps(Installation.parse(folder), "").list());
            }
        });
        for (PortName tap : Taps.ofAll()) {
            if (!kept.contains(tap)) {
                item("tap " + tap, () -> Taps.delete(tap));
            }
        }
    }

    private void sockets() {
        Path machines = settings.places().run().resolve("machines");
        if (!Files.isDirectory(machines)) {
            return;
        }
        try (Stream<Path> folders = Files.list(machines)) {
            for (Path folder : (Iterable<Path>) folders.sorted()::iterator) {
                item("folder " + folder, () -> delete(folder));
            }
        } catch (IOException e) {
            failures.add("cannot list " + machines + ": " + e.getMessage());
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new HostException("cannot remove " + folder + ": " + e.getMessage(), e);
        }
    }
}
