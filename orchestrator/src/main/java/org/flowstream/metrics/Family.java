package org.flowstream.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures of one name while they are gathered, each with its labels' values; those of equal labels are added up. */
final class Family {
    private final String name;
    private final String help;
    private final String[] labels;
    private final Map<List<String>, Double> values = new LinkedHashMap<>();

    /**
     * @param name without {@code _total}, which counters get when they are written
     * @param labels the labels' names
     */
    Family(String name, String help, String... labels) {
        this.name = name;
        this.help = help;
        this.labels = labels.clone();
    }

    /** Adds a figure; it has one value for each label. */
    void add(double value, String... labelValues) {
        if (labelValues.length != labels.length) {
            throw new IllegalArgumentException(name + " has " + labels.length + " labels, not " + labelValues.length);
        }
        values.merge(List.of(labelValues), value, Double::sum);
    }

    /** Adds a count. */
    void count(long value, String... labelValues) {
        add((double) value, labelValues);
    }

    private Labels labels(List<String> labelValues) {
        return Labels.of(labels, labelValues.toArray(String[]::new));
    }

    /** As something that only grows, but for restarts. */
    MetricSnapshot counter() {
        CounterSnapshot.Builder builder = CounterSnapshot.builder().name(name).help(help);
        values.forEach((labelValues, value) -> builder.dataPoint(CounterDataPointSnapshot.builder()
                .labels(labels(labelValues))
                .value(value)
                .build()));
        return builder.build();
    }

    /** As something that goes up and down. */
    MetricSnapshot gauge() {
        GaugeSnapshot.Builder builder = GaugeSnapshot.builder().name(name).help(help);
        values.forEach((labelValues, value) -> builder.dataPoint(GaugeDataPointSnapshot.builder()
                .labels(labels(labelValues))
                .value(value)
                .build()));
        return builder.build();
    }
}
