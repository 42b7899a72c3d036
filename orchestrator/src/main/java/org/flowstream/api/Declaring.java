package org.flowstream.api;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.chain.Overlaps;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.image.Guest;
import org.flowstream.image.ImageException;
import org.flowstream.image.ImageStore;
import org.flowstream.model.Accelerator;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.Change;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.GuestKind;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.PendingChange;
import org.flowstream.model.PortName;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Pass;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.World;
import org.flowstream.reconcile.WorldException;

/**
 * The one way by which chains come to be declared: looked at with all that can be known to be wrong before anything is
 * made, then written down, all of a change or nothing. One change at a time.
 */
public final class Declaring {
    private final Declarations declarations;
    private final Reconciler reconciler;
    private final ImageStore images;
    private final EventLog events;
    private final World world;

    public Declaring(
            Declarations declarations, Reconciler reconciler, ImageStore images, EventLog events, World world) {
        this.declarations = declarations;
        this.reconciler = reconciler;
        this.images = images;
        this.events = events;
        this.world = world;
    }

    /** Declares a chain that must be new. */
    synchronized DeclaredChain create(ChainSpec spec) {
        if (declarations.chain(spec.name()).isPresent()) {
            throw taken(spec.name());
        }
        Change change = new Change(List.of(spec), List.of(), List.of(), List.of(), List.of());
        check(change);
        return declare(change, Optional.empty()).get(0);
    }

    /** Makes a change that was {@link #check}ed while this lock was held. */
    synchronized List<DeclaredChain> declare(Change change, Optional<PendingChange> pending) {
        Map<Name, DeclaredChain> before = new TreeMap<>();
        declarations.chains().forEach(chain -> before.put(chain.name(), chain));
        List<DeclaredChain> chains = declarations.change(change, pending);
        for (DeclaredChain chain : chains) {
            events.add(
                    chain.spec().owner(),
                    new Event.Declared(chain.name(), true, before.containsKey(chain.name()) ? "anew" : ""));
            reconciler.asked(chain, true);
        }
        for (Name name : change.chainsAway()) {
            DeclaredChain chain = before.get(name);
            if (chain != null) {
                events.add(chain.spec().owner(), new Event.Declared(name, false, ""));
                reconciler.asked(chain, false);
            }
        }
        change.ports().forEach(port -> events.add(port.owner(), new Event.PortDeclared(port.name(), true)));
        change.portsAway().forEach(port -> events.add(Owner.OPERATOR, new Event.PortDeclared(port, false)));
        reconciler.wake();
        return chains;
    }

    /** Nothing is declared while a change may still be taken back. */
    static void refuseWhilePending(Declarations declarations) {
        declarations.pending().ifPresent(pending -> {
            throw ApiProblem.conflict(
                    "the change of set '" + pending.set() + "' waits for its confirmation until " + pending.until(),
                    "flowstream confirm, or wait until it is taken back");
        });
    }

    static ApiProblem taken(Name name) {
        return ApiProblem.conflict(
                "the name '" + name + "' is taken", "flowstream rm " + name + ", or choose another name");
    }

    /** What is to be done; refused with everything that can be known to be wrong. */
    Pass check(Change change) {
        Pass pass = plan(change);
        checkImages(change);
        return pass;
    }

    /** What would be done, were the images here. */
    Pass plan(Change change) {
        List<String> faults = new ArrayList<>();
        change.chains().stream()
                .filter(spec -> !spec.spec().part().isWhole())
                .forEach(spec -> faults.add("chain '" + spec.name() + "' is a part of another: it cannot be declared"));
        change.chains().forEach(spec -> faults.addAll(ChainCompiler.faults(spec)));
        refuseIfAny(faults, null);
        List<DeclaredChain> after = declarations.supposing(change);
        checkNames(change, after);
        for (ChainSpec spec : change.chains()) {
            DeclaredChain chain = after.stream()
                    .filter(it -> it.name().equals(spec.name()))
                    .findFirst()
                    .orElseThrow();
            faults.addAll(Overlaps.of(chain, after));
        }
        refuseIfAny(faults, "give one of them another priority (run --priority, or \"priority\" in its document)");
        checkPorts(change, after);
        checkXen(change);
        checkKvm(change);
        Pass preview = preview(change, after);
        for (ChainSpec spec : change.chains()) {
            preview.blocked(spec.name()).ifPresent(reason -> {
                throw ApiProblem.refused(reason + "; nothing was created", cure(spec, reason));
            });
        }
        return preview;
    }

    private static void refuseIfAny(List<String> faults, @org.jspecify.annotations.Nullable String cure) {
        if (!faults.isEmpty()) {
            throw ApiProblem.refused(String.join("; ", faults), cure);
        }
    }

    /** Names of middleboxes are unique on a host. */
    private static void checkNames(Change change, List<DeclaredChain> after) {
        for (ChainSpec spec : change.chains()) {
            for (MiddleboxSpec middlebox : spec.spec().middleboxes()) {
                boolean taken = after.stream()
                        .anyMatch(other -> !other.name().equals(spec.name())
                                && other.machines().containsKey(middlebox.name()));
                if (taken) {
                    throw taken(middlebox.name());
                }
            }
        }
    }

    /** A port that goes is used by no chain that stays. */
    private static void checkPorts(Change change, List<DeclaredChain> after) {
        for (PortName port : change.portsAway()) {
            for (DeclaredChain chain : after) {
                if (ChainCompiler.compile(chain).externalPorts().contains(port)) {
                    throw ApiProblem.conflict(
                            "port '" + port + "' is used by chain " + chain.name(), "flowstream rm " + chain.name());
                }
            }
        }
    }

    private void checkImages(Change change) {
        for (ChainSpec spec : change.chains()) {
            for (MiddleboxSpec middlebox : spec.spec().middleboxes()) {
                if (!Files.exists(images.file(middlebox.image()))) {
                    throw ApiProblem.refused(
                            "image " + middlebox.image() + " is not on this host", "flowstream image build, then run");
                }
                checkGuest(middlebox);
            }
        }
    }

    /** What a middlebox is said to run is what its image runs: all that is done with it hangs on that. */
    private void checkGuest(MiddleboxSpec middlebox) {
        if (!middlebox.guest().isForeign() && !images.isForeign(middlebox.image())) {
            return; // an image of the engine is verified before it starts
        }
        try {
            Guest guest = images.get(middlebox.image()).manifest().guest();
            GuestKind runs = guest.kind();
            if (runs != middlebox.guest()) {
                throw ApiProblem.refused(
                        "middlebox '" + middlebox.name() + "' is declared as a " + middlebox.guest() + ", but image "
                                + middlebox.image().abbreviated() + " is a " + runs,
                        null);
            }
            guest.parts().stream()
                    .filter(part -> !images.parts().has(part))
                    .findFirst()
                    .ifPresent(part -> {
                        throw ApiProblem.refused(
                                "the file " + part + " that image "
                                        + middlebox.image().abbreviated() + " names is not on this host",
                                "run the template that the image was built from");
                    });
        } catch (ImageException e) {
            throw ApiProblem.refused(String.valueOf(e.getMessage()), "flowstream image build, then run");
        }
    }

    /** Xen's libvirt has machines of Xen's alone, and no other has them. */
    private void checkXen(Change change) {
        boolean xen = world.accelerator() == Accelerator.XEN;
        for (ChainSpec spec : change.chains()) {
            for (MiddleboxSpec middlebox : spec.spec().middleboxes()) {
                Accelerator wanted = middlebox.hypervisor().resolve(world.accelerator());
                if (wanted != Accelerator.PROCESS && xen != (wanted == Accelerator.XEN)) {
                    throw ApiProblem.refused(
                            "middlebox " + middlebox.name() + " wants " + wanted + ", and the daemon's libvirt is "
                                    + (xen ? "Xen's" : "not Xen's") + "; nothing was created",
                            xen
                                    ? "run with --hypervisor xen, or none"
                                    : "flowstream daemon start --libvirt xen:///system");
                }
            }
        }
    }

    private void checkKvm(Change change) {
        change.chains().stream()
                .flatMap(spec -> spec.spec().middleboxes().stream())
                .filter(box ->
                        box.hypervisor() == HypervisorChoice.KVM && box.guest().isForeign())
                .findFirst()
                .flatMap(box -> world.foreignKvmFault())
                .ifPresent(fault -> {
                    throw ApiProblem.refused(fault + "; nothing was created", "run with --hypervisor auto or qemu");
                });
        boolean wantsKvm = change.chains().stream()
                .flatMap(spec -> spec.spec().middleboxes().stream())
                .anyMatch(middlebox -> middlebox.hypervisor() == HypervisorChoice.KVM);
        if (wantsKvm) {
            world.kvmFault().ifPresent(fault -> {
                throw ApiProblem.refused(
                        fault.reason() + "; nothing was created",
                        fault.cure().map(cure -> cure + ", or ").orElse("") + "run with --hypervisor qemu");
            });
        }
    }

    private Pass preview(Change change, List<DeclaredChain> after) {
        List<ExternalPort> leaving = new ArrayList<>(declarations.leavingPorts());
        declarations.ports().stream()
                .filter(port -> change.portsAway().contains(port.name()))
                .forEach(leaving::add);
        try {
            return reconciler.preview(after, declarations.supposedPorts(change), leaving);
        } catch (WorldException e) {
            throw ChainResource.unavailable(e);
        }
    }

    private static String cure(ChainSpec spec, String reason) {
        String bridge = spec.spec().bridge().toString();
        if (reason.startsWith("bridge ")) {
            return "create it (ovs-vsctl add-br " + bridge + "), or leave --bridge out to use our own";
        }
        if (reason.startsWith("libvirt ")) {
            return "flowstream doctor --fix libvirt, or run with --hypervisor process";
        }
        String[] quoted = reason.split("'", 3);
        return reason.contains("is not on bridge") && quoted.length > 1
                ? "flowstream port add " + quoted[1] + " --bridge " + bridge
                : "flowstream port ls; flowstream doctor";
    }
}
