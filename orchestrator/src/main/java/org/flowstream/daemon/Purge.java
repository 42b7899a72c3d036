package org.flowstream.daemon;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flowstream.domain.DomainMetadata;
import org.flowstream.domain.Places;
import org.flowstream.host.HostException;
import org.flowstream.host.Taps;
import org.flowstream.libvirt.LibvirtFault;
import org.flowstream.libvirt.LibvirtHost;
import org.flowstream.libvirt.LibvirtMachine;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.Installation;
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
import org.flowstream.process.Folders;
import org.flowstream.process.ProcessFault;
import org.flowstream.process.ProcessHost;
import org.flowstream.rules.RuleDiff;
import org.flowstream.rules.SwitchRules;
import org.flowstream.store.Store;

/**
 * The removal of everything on this host that carries an installation's tag, or any tag of ours: machines, rules and
 * groups, ports, bridges of ours, taps, sockets. It goes by the tags alone and needs no daemon and no store. What belongs
 * to a daemon that runs is left: that one would make it anew.
 */
public final class Purge {
    private static final Duration BOUND = Duration.ofSeconds(5);

    private final Settings settings;
    private final Optional<Installation> only;
    private final boolean dryRun;
    private final List<String> found = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    private final Map<String, Boolean> living = new TreeMap<>();
    private final Set<String> outside = new TreeSet<>();

    private Purge(Settings settings, Optional<Installation> only, boolean dryRun) {
        this.settings = settings;
        this.only = only;
        this.dryRun = dryRun;
    }

    /**
     * What was found, in the order of its removal, and what could not be removed or looked at.
     *
     * @param found one line each, such as {@code machine flowstream-fw}
     * @param left the state folders of daemons that run, whose things were left
     * @param outside the state folders of other installations that things were seen of, which were not asked for
     */
    public record Outcome(List<String> found, List<String> failures, List<String> left, List<String> outside) {}

    /**
     * Removes everything, or with {@code dryRun} says what there is.
     *
     * @param only whose things; empty for those of all installations whose daemons do not run
     */
    public static Outcome run(Settings settings, Optional<Installation> only, boolean dryRun) {
        Purge purge = new Purge(settings, only, dryRun);
        purge.attempt("processes", purge::processes);
        purge.attempt("libvirt", purge::machines);
        purge.attempt("Open vSwitch", purge::openVswitch);
        purge.attempt("the kernel's taps", purge::taps);
        purge.attempt("sockets and disks", purge::files);
        return new Outcome(
                List.copyOf(purge.found),
                List.copyOf(purge.failures),
                purge.living.entrySet().stream()
                        .filter(Map.Entry::getValue)
                        .map(Map.Entry::getKey)
                        .toList(),
                List.copyOf(purge.outside));
    }

    /** One system; that it fails does not keep the others from being looked at. */
    private void attempt(String what, Runnable work) {
        try {
            work.run();
        } catch (LibvirtFault | ProcessFault | OvsdbException | OpenFlowException | HostException e) {
            failures.add(what + ": " + String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " "));
        }
    }

    /** Whether a daemon works for an installation now. */
    private boolean lives(Installation installation) {
        return living.computeIfAbsent(installation.toString(), folder -> Store.isInUse(Path.of(folder)));
    }

    /** Whether an installation's things are to go. */
    private boolean isMeant(Installation installation) {
        if (only.filter(meant -> !meant.equals(installation)).isPresent()) {
            outside.add(installation.toString());
            return false;
        }
        return !lives(installation);
    }

    /** What carries a tag of an early version, without an installation, is nobody's. */
    private boolean isMeant(Optional<Tags> tags) {
        return tags.isPresent() && isMeant(tags.get().installation());
    }

    private void item(String line, Runnable removal) {
        found.add(line);
        if (!dryRun) {
            attempt(line, removal);
        }
    }

    private void processes() {
        for (ProcessHost.Found process : ProcessHost.all()) {
            // One whose folder has lost its tag is nobody's, as a domain without one is.
            process.tag()
                    .filter(tag -> isMeant(tag.installation()))
                    .ifPresent(tag -> item(
                            "process " + process.pid() + ", machine " + tag.name() + " of " + tag.installation(),
                            process::destroy));
        }
    }

    private void machines() {
        try (LibvirtHost libvirt = LibvirtHost.open(URI.create(settings.libvirt()), Clock.systemUTC(), event -> {})) {
            for (LibvirtMachine machine : libvirt.machinesWithoutCosts()) {
                DomainMetadata tag = machine.tag();
                if (!isMeant(tag.installation())) {
                    continue;
                }
                item(
                        "machine " + machine.domain() + " of " + tag.installation(),
                        () -> libvirt.destroy(tag.name(), tag.id()));
            }
            Installation installation = settings.places().installation();
            if (settings.libvirt().startsWith("xen") && isMeant(installation) && libvirt.hasImages(installation)) {
                item("storage pool of images of " + installation, () -> libvirt.removeImages(installation));
            }
        }
    }

    private void openVswitch() {
        Places places = settings.places();
        try (SwitchDatabase database =
                SwitchDatabase.connect(settings.openVswitch().database(), places.installation(), BOUND, () -> {})) {
            SwitchView view = database.awaitConnected();
            for (ObservedBridge bridge : view.bridges()) {
                // Ours goes as a whole below.
                if (!bridge.isOurs()) {
                    attempt("bridge " + bridge.name(), () -> rules(database, bridge));
                }
            }
            for (ObservedPort port : view.ourPorts()) {
                if (!port.name().equals(port.bridge()) && isMeant(port.tags())) {
                    item(
                            "port " + port.name() + " of bridge " + port.bridge(),
                            () -> database.removePorts(List.of(port)));
                }
            }
            for (ObservedBridge bridge : view.bridges()) {
                if (bridge.isOurs() && isMeant(bridge.tags())) {
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
            SwitchRules all = connection.observe();
            SwitchRules rules = meant(all, bridge);
            if (!rules.isEmpty()) {
                item(
                        rules.flows().size() + " rules and " + rules.groups().size() + " groups on bridge " + name,
                        () -> connection.apply(RuleDiff.changes(SwitchRules.NONE, rules)));
            }
            if (bridge.hasGroupRange() && !dryRun && rules.equals(all)) {
                database.releaseGroups(name);
            }
        }
    }

    /**
     * The rules to go: by their mark, and where it is no installation's that is known of, as with rules of an early
     * version, by whose ports lie beside them.
     */
    private SwitchRules meant(SwitchRules all, ObservedBridge bridge) {
        Set<Installation> beside = bridge.ports().stream()
                .flatMap(port -> port.tags().stream())
                .map(Tags::installation)
                .collect(Collectors.toSet());
        only.ifPresent(beside::add);
        boolean shared = !beside.stream().allMatch(this::isMeant);
        if (!shared) {
            return all;
        }
        Set<Integer> marks =
                beside.stream().filter(this::isMeant).map(Installation::mark).collect(Collectors.toSet());
        return all.where(id -> marks.stream().anyMatch(mark -> new ChainId(id).isOf(mark)));
    }

    private void taps() {
        Taps.byInstallation().forEach((installation, taps) -> {
            if (isMeant(installation)) {
                taps.forEach(tap -> item("tap " + tap, () -> Taps.delete(tap)));
            }
        });
    }

    private void files() {
        if (!isMeant(settings.places().installation())) {
            return;
        }
        content("folder ", settings.places().run().resolve("machines"));
        content("disk ", settings.places().disks());
    }

    private void content(String kind, Path whole) {
        if (!Files.isDirectory(whole)) {
            return;
        }
        try (Stream<Path> all = Files.list(whole)) {
            for (Path each : (Iterable<Path>) all.sorted()::iterator) {
                item(kind + each, () -> delete(each));
            }
        } catch (IOException e) {
            failures.add("cannot list " + whole + ": " + e.getMessage());
        }
    }

    private static void delete(Path folder) {
        try {
            Folders.remove(folder);
        } catch (IOException e) {
            throw new HostException("cannot remove " + folder + ": " + e.getMessage(), e);
        }
    }
}
