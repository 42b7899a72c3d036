package org.flowstream.api;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.flowstream.control.DropReport;
import org.flowstream.image.ImageStore;
import org.flowstream.image.Manifest;
import org.flowstream.metrics.DropReasons;
import org.flowstream.metrics.Metrics;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.reconcile.Declarations;

/** {@code /metrics}: figures for a monitoring system. */
public final class MetricsResource {
    private final Metrics metrics;

    public MetricsResource(Metrics metrics) {
        this.metrics = metrics;
    }

    public List<Route> routes() {
        return List.of(new Route("GET", "/metrics", call -> new Answer.Text(metrics.text(), Metrics.CONTENT_TYPE)));
    }

    /** Asks a guest's {@code drops} handler, by the one conversation that all of its clients share. */
    public static DropReasons.Guest guestDrops(Guests guests, Declarations declarations, ImageStore images) {
        return (name, machine) -> {
            Map<String, Long> reasons = new TreeMap<>();
            image(declarations, name)
                    .flatMap(image -> MiddleboxResource.manifest(images, image))
                    .ifPresent(manifest -> drops(guests, name, machine, manifest)
                            .forEach(row -> reasons.merge(row.reason(), row.packets(), Long::sum)));
            return reasons;
        };
    }

    private static List<DropReport.Row> drops(Guests guests, Name name, MachineId machine, Manifest manifest) {
        return guests.talk(name, machine, session -> DropReport.parse(session.text("drops"), manifest))
                .rows();
    }

    private static java.util.Optional<ImageDigest> image(Declarations declarations, Name middlebox) {
        return declarations.chainOf(middlebox).stream()
                .flatMap(chain -> chain.spec().spec().middleboxes().stream())
                .filter(spec -> spec.name().equals(middlebox))
                .map(MiddleboxSpec::image)
                .findFirst();
    }
}
