package org.flowstream.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.Name;
import org.flowstream.reconcile.Declarations;

/** What is counted as it happens: stages of life, actions, restarts, and the loop's passes. Safe for all threads. */
public final class EventMetrics implements Metrics.Source {
    /** From the 11 ms of an action to the 20 s that a guest has to be ready. */
    private static final double[] SECONDS = {
        .001, .0025, .005, .01, .025, .05, .1, .15, .2, .3, .5, .75, 1, 1.5, 2.5, 5, 10, 20
    };

    private final Declarations declarations;
    private final Histogram stages = histogram(
            "flowstream_stage_duration_seconds",
            "Time of each stage from a declaration, or an end, to ready: image (its check), machine, guest, wiring,"
                    + " health, and total.",
            "owner",
            "stage");
    private final Histogram passes = histogram(
            "flowstream_loop_pass_duration_seconds", "Time of one look of the loop at the world, and its plan.");
    private final Counter actions = Counter.builder()
            .name("flowstream_actions")
            .help("Actions carried out, by kind and outcome.")
            .labelNames("owner", "action", "outcome")
            .withoutExemplars()
            .build();
    private final Counter restarts = Counter.builder()
            .name("flowstream_restarts")
            .help("Restarts that the daemon planned, by the reason of the end before each.")
            .labelNames("owner", "chain", "middlebox", "reason")
            .withoutExemplars()
            .build();
    private final Map<Name, String> latestEnds = new HashMap<>();

    /** @param declarations what is counted by name of a chain that is declared no more is forgotten */
    public EventMetrics(Declarations declarations) {
        this.declarations = declarations;
    }

    private static Histogram histogram(String name, String help, String... labels) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .labelNames(labels)
                .classicOnly()
                .classicUpperBounds(SECONDS)
                .withoutExemplars()
                .build();
    }

    /** Counts an event. */
    public void see(EventLog.Entry entry) {
        String owner = entry.owner().toString();
        Event event = entry.event();
        if (event instanceof Event.StageDone stage) {
            stage(owner, stage.stage().toString(), stage.took());
        } else if (event instanceof Event.MiddleboxReady ready) {
            stage(owner, "total", ready.sinceDeclared());
        } else if (event instanceof Event.ActionDone done) {
            actions.labelValues(owner, done.type(), "done").inc();
            if (done.type().equals("verify-image")) {
                stage(owner, "image", done.took());
            }
        } else if (event instanceof Event.ActionFailed failed) {
            actions.labelValues(owner, failed.type(), "failed").inc();
        } else if (event instanceof Event.MiddleboxExited exited) {
            end(exited.name(), exited.reason().cause().toString());
        } else if (event instanceof Event.RestartPlanned restart) {
            restarts.labelValues(owner, chain(restart.name()), restart.name().toString(), end(restart.name()))
                    .inc();
        }
    }

    private void stage(String owner, String stage, Duration took) {
        stages.labelValues(owner, stage).observe(seconds(took));
    }

    private synchronized void end(Name name, String cause) {
        latestEnds.put(name, cause);
    }

    private synchronized String end(Name name) {
        return latestEnds.getOrDefault(name, "unknown");
    }

    /** Counts a pass of the loop. */
    public void passed(Duration took) {
        passes.observe(seconds(took));
    }

    private static double seconds(Duration took) {
        return took.toNanos() / 1e9;
    }

    private String chain(Name middlebox) {
        return declarations
                .chainOf(middlebox)
                .map(chain -> chain.name().toString())
                .orElse("");
    }

    /** Names that come and go do not pile up. */
    private synchronized void keepOnly(List<DeclaredChain> chains) {
        latestEnds
                .keySet()
                .removeIf(name ->
                        chains.stream().noneMatch(chain -> chain.machines().containsKey(name)));
        restarts.removeIf(labels -> chains.stream()
                .noneMatch(chain -> chain.name().text().equals(labels.get(1))
                        && chain.machines().containsKey(Name.parse(labels.get(2)))));
    }

    @Override
    public List<MetricSnapshot> read() {
        keepOnly(declarations.chains());
        return List.of(stages.collect(), passes.collect(), actions.collect(), restarts.collect());
    }
}
