package org.flowstream.metrics;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * All figures as one text in Prometheus' format 0.0.4. To be read asks nothing of a guest: what guests count comes from
 * their latest heartbeat.
 */
public final class Metrics {
    public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private final List<Source> sources;

    /** One part's figures, each under a name that no other source uses. */
    @FunctionalInterface
    public interface Source {
        List<MetricSnapshot> read();
    }

    public Metrics(List<Source> sources) {
        this.sources = List.copyOf(sources);
    }

    /** The figures now. */
    public String text() {
        List<MetricSnapshot> all = new ArrayList<>();
        sources.forEach(source -> all.addAll(source.read()));
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create()
                    .write(text, new MetricSnapshots(all), EscapingScheme.UNDERSCORE_ESCAPING);
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory cannot be written", e);
        }
        return text.toString(StandardCharsets.UTF_8);
    }
}
