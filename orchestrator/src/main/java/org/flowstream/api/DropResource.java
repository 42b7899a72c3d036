package org.flowstream.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.chain.ChainPlan;
import org.flowstream.control.ControlClient;
import org.flowstream.control.DropReport;
import org.flowstream.control.Handlers;
import org.flowstream.image.ImageStore;
import org.flowstream.image.Manifest;
import org.flowstream.model.PortName;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.World;
import org.flowstream.reconcile.WorldException;

/** {@code /v1/middleboxes/NAME/drops}: what a middlebox dropped, by element, reason and rule, and what the switch did. */
public final class DropResource {
    private static final long PERIOD_MILLIS = 1000;

    private final Declarations declarations;
    private final Guests guests;
    private final ImageStore images;
    private final World world;

    public DropResource(Declarations declarations, Guests guests, ImageStore images, World world) {
        this.declarations = declarations;
        this.guests = guests;
        this.images = images;
        this.world = world;
    }

    public List<Route> routes() {
        return List.of(new Route("GET", "/v1/middleboxes/{name}/drops", this::drops));
    }

    /** One line of the answer. */
    record Row(
            String element,
            String where,
            String reason,
            String rule,
            long packets,
            String at,
            String latest,
            String head) {}

    private Answer drops(Call call) {
        MiddleboxResource.Known known = MiddleboxResource.known(declarations, call);
        if (!call.flag("follow")) {
            return Answer.ok(json(rows(known)));
        }
        List<Row> first = rows(known);
        return Answer.jsonLines(sink -> {
            List<Row> before = first;
            sink.line(json(before));
            while (true) {
                TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
                List<Row> now = rows(known);
                List<Row> changed = new ArrayList<>(now);
                changed.removeAll(before);
                if (changed.isEmpty()) {
                    sink.probe();
                } else {
                    sink.line(json(changed));
                }
                before = now;
            }
        });
    }

    private static ArrayNode json(List<Row> rows) {
        return Json.MAPPER.valueToTree(rows);
    }

    private List<Row> rows(MiddleboxResource.Known known) {
        Optional<Manifest> manifest =
                MiddleboxResource.manifest(images, known.spec().image());
        List<Row> rows = new ArrayList<>();
        if (manifest.isPresent() && !known.spec().guest().isForeign()) {
            guests.talk(known.name(), known.machine(), session -> report(session, manifest.get())).rows().stream()
                    .map(DropResource::row)
                    .forEach(rows::add);
        }
        rows.addAll(switchRows(known));
        return rows;
    }

    /** Rules may have been written anew since the image was built: their texts are asked for. */
    private static DropReport report(ControlClient session, Manifest manifest) throws IOException {
        DropReport report = DropReport.parse(session.text("drops"), manifest);
        Map<String, List<String>> rules = new HashMap<>();
        for (String element : report.filters()) {
            rules.put(element, Handlers.arguments(session.text(element + ".config")));
        }
        return report.with(rules);
    }

    private static Row row(DropReport.Row row) {
        String rule = row.rule()
                .map(number -> number + (row.ruleText().isEmpty() ? "" : " " + row.ruleText()))
                .orElse("-");
        return new Row(
                row.element(),
                row.file().isEmpty() ? "-" : row.file() + ":" + row.line(),
                row.reason(),
                rule,
                row.packets(),
                row.latest().toString(),
                row.packet(),
                row.head());
    }

    /** What the switch lost at the machine's taps and at the chain's external ports. */
    private List<Row> switchRows(MiddleboxResource.Known known) {
        ChainPlan plan = ChainCompiler.compile(known.chain());
        List<PortName> ports = Stream.concat(
                        plan.machines().stream()
                                .filter(machine -> machine.id().equals(known.machine()))
                                .flatMap(machine -> machine.taps().stream()),
                        plan.externalPorts().stream())
                .toList();
        List<Row> rows = new ArrayList<>();
        try {
            for (World.SwitchCount count : world.switchCounts(plan.bridge(), ports)) {
                add(rows, count, "not received", count.received());
                add(rows, count, "not sent", count.sent());
            }
        } catch (WorldException e) {
            rows.add(new Row("switch", "-", e.reason(), "-", 0, "", "", ""));
        }
        return rows;
    }

    private static void add(List<Row> rows, World.SwitchCount count, String reason, long packets) {
        if (packets > 0) {
            rows.add(new Row("switch", "port " + count.port(), reason, "-", packets, "", "", ""));
        }
    }
}
