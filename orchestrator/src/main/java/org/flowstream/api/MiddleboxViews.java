package org.flowstream.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.flowstream.chain.ChainPlan;
import org.flowstream.domain.DomainMetadata;
import org.flowstream.health.HealthReport;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ExitReason;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.Installation;
import org.flowstream.model.LifeCycle;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.PortName;
import org.flowstream.model.RunState;
import org.flowstream.plan.DesiredChain;
import org.flowstream.plan.ObservedMachine;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Pass;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.World;
import org.flowstream.store.Store;

/** Middleboxes as the interface shows them, derived from the world at each reading. */
public final class MiddleboxViews {
    private final Installation installation;
    private final Declarations declarations;
    private final Store store;
    private final World world;
    private final Reconciler reconciler;

    public MiddleboxViews(
            Installation installation, Declarations declarations, Store store, World world, Reconciler reconciler) {
        this.installation = installation;
        this.declarations = declarations;
        this.store = store;
        this.world = world;
        this.reconciler = reconciler;
    }

    /** All of them, by chain and place in it. */
    List<ObjectNode> all(Pass pass) {
        Map<MachineId, Map<ExitReason.Cause, Long>> exits = store.exitCounts();
        return each((chain, middlebox) ->
                view(pass, chain, middlebox, exits.getOrDefault(chain.machine(middlebox.name()), Map.of())));
    }

    /** The same, with only what a table of them shows: with hundreds of them the rest is most of the work. */
    List<ObjectNode> brief(Pass pass) {
        return each((chain, middlebox) -> brief(pass, chain, middlebox));
    }

    private List<ObjectNode> each(BiFunction<DeclaredChain, MiddleboxSpec, ObjectNode> view) {
        List<ObjectNode> views = new ArrayList<>();
        for (DeclaredChain chain : declarations.serving()) {
            for (MiddleboxSpec middlebox : chain.spec().spec().middleboxes()) {
                views.add(view.apply(chain, middlebox));
            }
        }
        return views;
    }

    private ObjectNode brief(Pass pass, DeclaredChain chain, MiddleboxSpec middlebox) {
        MachineId id = chain.machine(middlebox.name());
        Optional<ObservedMachine> machine = pass.machine(id);
        ObjectNode view = Json.object()
                .put("name", middlebox.name().toString())
                .put("template", middlebox.template())
                .put("guest", middlebox.guest().toString())
                .put("state", state(pass, chain, id, machine).toString())
                .put("flow", chain.spec().spec().flow().toString())
                .put("between", between(pass, chain))
                .put("bypassed", chain.spec().spec().bypassed())
                .put("hypervisor", hypervisor(middlebox, machine))
                .put("memoryMib", middlebox.memoryMib());
        Optional<HealthReport> report = condition(view, id, machine);
        ArrayNode states = view.putArray("health");
        levels(middlebox, report).forEach(level -> states.add(level.state().toString()));
        report.flatMap(HealthReport::counters)
                .ifPresent(counters -> view.putObject("counters")
                        .put("dropped", counters.dropped())
                        .put("receivedRate", counters.receivedRate())
                        .put("sentRate", counters.sentRate()));
        return view;
    }

    private static String hypervisor(MiddleboxSpec middlebox, Optional<ObservedMachine> machine) {
        return machine.map(it -> it.accelerator().toString())
                .orElse(middlebox.hypervisor().toString());
    }

    /** How it does now; returned is what its guest said. */
    private Optional<HealthReport> condition(ObjectNode view, MachineId id, Optional<ObservedMachine> machine) {
        reconciler.flapping(id).ifPresent(how -> view.put("flapping", how));
        world.load(id).ifPresent(load -> load.cpuPercent().ifPresent(percent -> view.put("cpuPercent", percent)));
        Optional<HealthReport> report = machine.isPresent() ? world.look(id) : Optional.empty();
        report.ifPresent(it -> view.put("upSince", it.startedAt().toString()));
        return report;
    }

    /** One, with how it ended each time. */
    Optional<ObjectNode> one(Pass pass, Name name) {
        return declarations
                .chainOf(name)
                .flatMap(chain -> chain.spec().spec().middleboxes().stream()
                        .filter(middlebox -> middlebox.name().equals(name))
                        .findFirst()
                        .map(middlebox -> whole(pass, chain, middlebox)));
    }

    private ObjectNode whole(Pass pass, DeclaredChain chain, MiddleboxSpec middlebox) {
        MachineId id = chain.machine(middlebox.name());
        ObjectNode view = view(pass, chain, middlebox, store.exitCounts(id));
        ArrayNode recent = ((ObjectNode) view.path("exits")).putArray("recent");
        for (ExitReason exit : store.exits(id)) {
            recent.addObject()
                    .put("at", exit.at().toString())
                    .put("cause", exit.cause().toString())
                    .put("detail", exit.detail());
        }
        return view;
    }

    private ObjectNode view(
            Pass pass, DeclaredChain chain, MiddleboxSpec middlebox, Map<ExitReason.Cause, Long> exits) {
        MachineId id = chain.machine(middlebox.name());
        Optional<ObservedMachine> machine = pass.machine(id);
        LifeCycle state = state(pass, chain, id, machine);
        ObjectNode view = Json.object()
                .put("name", middlebox.name().toString())
                .put("chain", chain.name().toString())
                .put("owner", chain.spec().owner().toString())
                .put("template", middlebox.template())
                .put("image", middlebox.image().toString())
                .put("guest", middlebox.guest().toString())
                .put("verified", !middlebox.guest().isForeign())
                .put("machine", id.toString())
                .put("domain", middlebox.hypervisor() == HypervisorChoice.PROCESS ? "" : domain(middlebox))
                .put("state", state.toString())
                .put("reason", reason(pass, chain, id, state))
                .put("flow", chain.spec().spec().flow().toString())
                .put("between", between(pass, chain))
                .put("bridge", chain.spec().spec().bridge().toString())
                .put("failure", chain.spec().spec().failure().toString())
                .put("bypassed", chain.spec().spec().bypassed())
                .put("hypervisor", hypervisor(middlebox, machine))
                .put("memoryMib", middlebox.memoryMib());
        if (middlebox.guest().isForeign() && middlebox.hypervisor() == HypervisorChoice.AUTO) {
            world.foreignKvmFault().ifPresent(fault -> view.put("emulated", fault));
        }
        health(view, middlebox, condition(view, id, machine));
        world.load(id).ifPresent(load -> view.put("residentMib", load.residentKib() / 1024));
        pass.spec(id)
                .flatMap(spec -> world.liveness(spec, chain.spec().spec().bridge()))
                .ifPresent(liveness -> view.put("liveness", liveness));
        devices(view, pass, chain, middlebox);
        ObjectNode counts = view.putObject("exits").putObject("counts");
        exits.forEach((cause, count) -> counts.put(cause.toString(), count));
        return view;
    }

    private String domain(MiddleboxSpec middlebox) {
        return DomainMetadata.domainName(installation, middlebox.name());
    }

    /** Where a middlebox stands; all of it is read off the world, the declaration and the latest end. */
    private LifeCycle state(Pass pass, DeclaredChain chain, MachineId id, Optional<ObservedMachine> machine) {
        boolean there =
                machine.filter(it -> it.power() != ObservedMachine.Power.ENDED).isPresent();
        if (chain.spec().spec().state() == RunState.STOPPED) {
            return there ? LifeCycle.STOPPING : LifeCycle.STOPPED;
        }
        if (chain.spec().spec().state() == RunState.SUSPENDED) {
            return there && machine.get().power() != ObservedMachine.Power.PAUSED
                    ? LifeCycle.STOPPING
                    : LifeCycle.SUSPENDED;
        }
        if (!there) {
            if (reconciler.failure(id).isPresent()) {
                return LifeCycle.FAILED;
            }
            if (reconciler.nextStart(id).isPresent()) {
                return LifeCycle.WAITING;
            }
            return pass.blocked(chain.name()).isPresent() ? LifeCycle.DECLARED : LifeCycle.STARTING;
        }
        boolean running = machine.get().power() == ObservedMachine.Power.RUNNING;
        boolean ready = running && machine.get().wellness() == ObservedMachine.Wellness.READY;
        if (ready) {
            if (pass.isReady(chain.name())) {
                return LifeCycle.READY;
            }
            // It refused its new image, and goes on with the old one.
            return reconciler.failure(id).isPresent() ? LifeCycle.FAILED : LifeCycle.STARTING;
        }
        if (machine.get().wellness() == ObservedMachine.Wellness.FAILED) {
            return LifeCycle.FAILED;
        }
        boolean wasWell = chain.wasReady()
                && world.health(id)
                        .filter(report ->
                                report.levels().stream().anyMatch(level -> level.state() == HealthReport.State.BAD))
                        .isPresent();
        return wasWell || machine.get().wellness() == ObservedMachine.Wellness.UNWELL
                ? LifeCycle.UNWELL
                : LifeCycle.STARTING;
    }

    private String reason(Pass pass, DeclaredChain chain, MachineId id, LifeCycle state) {
        return switch (state) {
            case FAILED -> reconciler.failure(id).orElse("");
            case WAITING ->
                reconciler.nextStart(id).map(at -> "next start at " + at).orElse("");
            case READY, STOPPED -> "";
            case SUSPENDED -> pass.machine(id).isPresent() ? "" : "its machine is gone: resuming starts it anew";
            default ->
                pass.blocked(chain.name())
                        .or(() -> reconciler.trouble(chain.name()))
                        .orElse("");
        };
    }

    private static String between(Pass pass, DeclaredChain chain) {
        return pass.chain(chain.name())
                .map(DesiredChain::plan)
                .filter(plan -> plan.id().equals(chain.id()))
                .map(ChainPlan::externalPorts)
                .map(ports ->
                        String.join(":", ports.stream().map(PortName::text).toList()))
                .orElse("");
    }

    private static void health(ObjectNode view, MiddleboxSpec middlebox, Optional<HealthReport> report) {
        ArrayNode levels = view.putArray("health");
        levels(middlebox, report)
                .forEach(level -> levels.addObject()
                        .put("level", level.level().toString())
                        .put("state", level.state().toString())
                        .put("detail", level.detail()));
        report.flatMap(HealthReport::counters)
                .ifPresent(counters -> view.set("counters", Json.MAPPER.valueToTree(counters)));
    }

    /** The levels that were heard of; before that, those that are to hold. */
    private static List<HealthReport.Level> levels(MiddleboxSpec middlebox, Optional<HealthReport> report) {
        return report.map(HealthReport::levels)
                .orElseGet(() -> middlebox.health().ready().stream()
                        .map(level -> new HealthReport.Level(level, HealthReport.State.UNKNOWN, ""))
                        .toList());
    }

    private static void devices(ObjectNode view, Pass pass, DeclaredChain chain, MiddleboxSpec middlebox) {
        ArrayNode devices = view.putArray("devices");
        pass.spec(chain.machine(middlebox.name())).stream()
                .flatMap(machine -> machine.devices().stream())
                .forEach(device -> devices.addObject()
                        .put("device", device.name())
                        .put("port", device.tap().toString())
                        .put("mac", device.mac().toString())
                        .put("to", middlebox.devices().get(device.index()).to().text()));
    }
}
