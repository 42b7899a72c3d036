package org.flowstream.metrics;

import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Optional;
import org.flowstream.health.HealthReport;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;
import org.flowstream.reconcile.Pass;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.World;
import org.flowstream.store.Store;

/** What is told of each middlebox: health, traffic, cost and ends. */
final class MiddleboxMetrics {
    private static final String[] LABELS = {"owner", "chain", "middlebox"};

    private final World world;
    private final Reconciler reconciler;
    private final Store store;

    MiddleboxMetrics(World world, Reconciler reconciler, Store store) {
        this.world = world;
        this.reconciler = reconciler;
        this.store = store;
    }

    /** The families of one reading. */
    private static final class Families {
        final Family ready = new Family(
                "flowstream_middlebox_ready",
                "Whether the middlebox is ready: all health levels that its template asks for hold.",
                LABELS);
        final Family flapping = new Family(
                "flowstream_middlebox_flapping",
                "Whether the machine ends again and again, so that its restarts wait.",
                LABELS);
        final Family levels = new Family(
                "flowstream_health_level",
                "Whether a level of health holds (1) or not (0); a level that is not known yet is left out.",
                "owner",
                "chain",
                "middlebox",
                "level");
        final Family received = new Family(
                "flowstream_middlebox_received_packets",
                "Frames that the guest took in, by its last heartbeat.",
                LABELS);
        final Family sent = new Family(
                "flowstream_middlebox_sent_packets", "Frames that the guest sent, by its last heartbeat.", LABELS);
        final Family free =
                new Family("flowstream_middlebox_pool_free_packets", "Packets free in the guest's pool.", LABELS);
        final Family processor = new Family(
                "flowstream_middlebox_cpu_ratio", "Part of one processor that the machine took lately.", LABELS);
        final Family memory =
                new Family("flowstream_middlebox_resident_bytes", "Memory of the host that the machine holds.", LABELS);
        final Family exits = new Family(
                "flowstream_middlebox_exits",
                "How often the machine ended since it was declared, by cause.",
                "owner",
                "chain",
                "middlebox",
                "cause");

        List<MetricSnapshot> all() {
            return List.of(
                    ready.gauge(),
                    flapping.gauge(),
                    levels.gauge(),
                    received.counter(),
                    sent.counter(),
                    free.gauge(),
                    processor.gauge(),
                    memory.gauge(),
                    exits.counter());
        }
    }

    List<MetricSnapshot> read(List<DeclaredChain> chains) {
        Optional<Pass> pass = reconciler.latest();
        Families families = new Families();
        for (DeclaredChain chain : chains) {
            chain.machines().forEach((name, id) -> add(families, chain, name, id, pass));
        }
        return families.all();
    }

    private void add(Families families, DeclaredChain chain, Name name, MachineId id, Optional<Pass> pass) {
        String[] who = {chain.spec().owner().toString(), chain.name().toString(), name.toString()};
        families.ready.add(pass.filter(it -> it.isReady(id)).isPresent() ? 1 : 0, who);
        families.flapping.add(reconciler.flapping(id).isPresent() ? 1 : 0, who);
        boolean there = pass.flatMap(it -> it.machine(id)).isPresent();
        (there ? world.health(id) : Optional.<HealthReport>empty()).ifPresent(report -> health(families, report, who));
        world.load(id).ifPresent(load -> {
            load.cpuPercent().ifPresent(percent -> families.processor.add(percent / 100, who));
            families.memory.add(load.residentKib() * 1024.0, who);
        });
        store.exitCounts(id).forEach((cause, count) -> families.exits.count(count, with(who, cause.toString())));
    }

    private static void health(Families families, HealthReport report, String... who) {
        for (HealthReport.Level level : report.levels()) {
            if (level.state() != HealthReport.State.UNKNOWN) {
                families.levels.add(
                        level.state() == HealthReport.State.GOOD ? 1 : 0,
                        with(who, level.level().toString()));
            }
        }
        report.counters().ifPresent(counters -> {
            families.received.count(counters.received(), who);
            families.sent.count(counters.sent(), who);
            families.free.count(counters.poolFree(), who);
        });
    }

    private static String[] with(String[] who, String last) {
        String[] all = java.util.Arrays.copyOf(who, who.length + 1);
        all[who.length] = last;
        return all;
    }
}
