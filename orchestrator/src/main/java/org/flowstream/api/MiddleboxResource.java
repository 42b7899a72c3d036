package org.flowstream.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.flowstream.control.ControlClient;
import org.flowstream.control.Handlers;
import org.flowstream.image.ImageException;
import org.flowstream.image.ImageStore;
import org.flowstream.image.Manifest;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Pass;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.WorldException;

/** {@code /v1/middleboxes}: each middlebox, its handlers and its console. */
public final class MiddleboxResource {
    private static final int DEFAULT_LINES = 1000;
    private static final long GLANCE_MILLIS = 150;
    private static final int PROBE_EVERY = 20;

    private final Declarations declarations;
    private final Reconciler reconciler;
    private final MiddleboxViews views;
    private final Guests guests;
    private final ImageStore images;
    private final HandlerValues values = new HandlerValues();

    public MiddleboxResource(
            Declarations declarations, Reconciler reconciler, MiddleboxViews views, Guests guests, ImageStore images) {
        this.declarations = declarations;
        this.reconciler = reconciler;
        this.views = views;
        this.guests = guests;
        this.images = images;
    }

    public List<Route> routes() {
        return List.of(
                new Route("GET", "/v1/middleboxes", this::list),
                new Route("GET", "/v1/middleboxes/{name}", this::show),
                new Route("GET", "/v1/middleboxes/{name}/logs", this::logs),
                new Route("GET", "/v1/middleboxes/{name}/handlers", this::handlers),
                new Route("GET", "/v1/middleboxes/{name}/handlers/{handler}", this::read),
                new Route("PUT", "/v1/middleboxes/{name}/handlers/{handler}", this::write));
    }

    private Answer list(Call call) {
        boolean brief = call.flag("brief");
        try {
            Pass pass = reconciler.look();
            return Answer.ok(brief ? views.brief(pass) : views.all(pass));
        } catch (WorldException e) {
            throw ChainResource.unavailable(e);
        }
    }

    private Answer show(Call call) {
        Known known = known(declarations, call);
        try {
            return Answer.ok(views.one(reconciler.look(), known.name()).orElseThrow(() -> absent(known.name())));
        } catch (WorldException e) {
            throw ChainResource.unavailable(e);
        }
    }

    /** A middlebox that a request names. */
    record Known(Name name, DeclaredChain chain, MachineId machine) {
        MiddleboxSpec spec() {
            return chain.spec().spec().middleboxes().stream()
                    .filter(middlebox -> middlebox.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> absent(name));
        }
    }

    static Known known(Declarations declarations, Call call) {
        Name name = call.path("name", Name::parse);
        DeclaredChain chain = declarations.chainOf(name).orElseThrow(() -> absent(name));
        return new Known(name, chain, chain.machine(name));
    }

    /** One that has handlers. */
    static Known speaking(Declarations declarations, Call call) {
        Known known = known(declarations, call);
        if (known.spec().guest().isForeign()) {
            throw ApiProblem.refused(
                    "middlebox '" + known.name() + "' is a " + known.spec().guest()
                            + " of your own, which has no handlers",
                    "flowstream logs " + known.name());
        }
        return known;
    }

    private static ApiProblem absent(Name name) {
        return ApiProblem.notFound("there is no middlebox '" + name + "'", "flowstream ps");
    }

    static Optional<Manifest> manifest(ImageStore images, ImageDigest digest) {
        try {
            return Optional.of(images.get(digest).manifest());
        } catch (ImageException e) {
            return Optional.empty(); // it is shown without what the manifest would add
        }
    }

    private Answer logs(Call call) {
        Known known = known(declarations, call);
        int lines = call.query("lines", Integer::parseInt).orElse(DEFAULT_LINES);
        boolean follow = call.flag("follow");
        LogFile file = new LogFile(guests.places().console(known.machine()));
        return Answer.textLines(sink -> {
            write(sink, file.latest(lines));
            int idle = 0;
            while (follow) {
                TimeUnit.MILLISECONDS.sleep(GLANCE_MILLIS);
                List<String> added = file.added();
                write(sink, added);
                idle = added.isEmpty() ? idle + 1 : 0;
                if (idle == PROBE_EVERY) {
                    sink.probe();
                    idle = 0;
                }
            }
        });
    }

    private static void write(Answer.Sink sink, List<String> lines) throws IOException {
        for (String line : lines) {
            sink.line(line);
        }
    }

    private Answer handlers(Call call) {
        Known known = speaking(declarations, call);
        Optional<String> wanted = call.query("element", text -> text);
        Map<String, String> classes = new HashMap<>();
        manifest(images, known.spec().image())
                .ifPresent(manifest ->
                        manifest.elements().forEach(element -> classes.put(element.name(), element.className())));
        ArrayNode list = Json.array();
        guests.talk(known.name(), known.machine(), session -> {
            List<String> elements = wanted.map(List::of).orElse(Handlers.elements(session));
            if (wanted.isEmpty()) {
                add(list, session, "", "");
            }
            for (String element : elements) {
                add(list, session, element, classes.getOrDefault(element, ""));
            }
            return list;
        });
        return Answer.ok(list);
    }

    private static void add(ArrayNode list, ControlClient session, String element, String className)
            throws IOException {
        for (Handlers.Handler handler : Handlers.of(session, element)) {
            ObjectNode node = list.addObject()
                    .put("handler", handler.path())
                    .put("element", element)
                    .put("class", className)
                    .put("name", handler.name());
            node.put(
                    "access",
                    (handler.read() ? "read" : "")
                            + (handler.read() && handler.write() ? " " : "")
                            + (handler.write() ? "write" : ""));
        }
    }

    private Answer read(Call call) {
        Known known = speaking(declarations, call);
        String handler = call.path("handler", text -> text);
        String value = guests.talk(known.name(), known.machine(), session -> session.text(handler));
        return Answer.ok(Json.object().put("handler", handler).put("value", value));
    }

    private Answer write(Call call) {
        Known known = speaking(declarations, call);
        String handler = call.path("handler", text -> text);
        byte[] given = call.body();
        byte[] value = values.of(handler, given, manifest(images, known.spec().image()));
        String said = guests.talk(known.name(), known.machine(), session -> session.write(handler, value));
        return Answer.ok(Json.object()
                .put("handler", handler)
                .put("written", new String(given, UTF_8).length())
                .put("value", said.equals("OK") || said.startsWith("Write handler") ? "" : said));
    }
}
