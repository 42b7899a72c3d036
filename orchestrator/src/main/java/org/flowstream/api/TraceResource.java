package org.flowstream.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.flowstream.control.ControlClient;
import org.flowstream.control.HandlerException;
import org.flowstream.element.ElementLibrary;
import org.flowstream.image.ImageStore;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;
import org.flowstream.net.FlowMatch;
import org.flowstream.ovsdb.OvsdbException;
import org.flowstream.ovsdb.SwitchControl;
import org.flowstream.problem.BadValueException;
import org.flowstream.process.EngineProgram;
import org.flowstream.process.EngineTracer;
import org.flowstream.reconcile.Declarations;
import org.flowstream.trace.Trace;
import org.flowstream.trace.Tracer;

/** {@code /v1/trace}: where packets would go, and why. */
public final class TraceResource {
    private static final int MOST_FRAMES = 100;
    private static final int ETHERNET_HEADER = 14;

    private final Declarations declarations;
    private final Guests guests;
    private final ImageStore images;
    private final SwitchControl openVswitch;

    public TraceResource(Declarations declarations, Guests guests, ImageStore images, SwitchControl openVswitch) {
        this.declarations = declarations;
        this.guests = guests;
        this.images = images;
        this.openVswitch = openVswitch;
    }

    public List<Route> routes() {
        return List.of(new Route("POST", "/v1/trace", this::trace));
    }

    private Map<String, String> read(Name name, MachineId machine, List<String> handlers) throws IOException {
        try {
            return guests.talk(name, machine, session -> read(session, handlers));
        } catch (ApiProblem e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static Map<String, String> read(ControlClient session, List<String> handlers) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        for (String handler : handlers) {
            try {
                texts.put(handler, session.text(handler));
            } catch (HandlerException absent) {
                // This element has none of that name: there is nothing to take over.
            }
        }
        return texts;
    }

    /**
     * What is asked.
     *
     * @param port the external port by which the packets come
     * @param match a flow, of which one packet is composed; not read when frames are given
     * @param frames frames as hex, each traced by itself; none for one of the match
     */
    record Request(String port, String match, List<String> frames) {
        Request {
            frames = List.copyOf(frames);
            if (port.isEmpty()) {
                throw BadValueException.of("the port by which the packet comes is missing: in_port=NAME");
            }
            if (frames.size() > MOST_FRAMES) {
                throw BadValueException.of(frames.size() + " frames: at most " + MOST_FRAMES + " are traced at once");
            }
        }
    }

    private Answer trace(Call call) {
        Request request = call.body(Request.class);
        List<Trace> traces = new ArrayList<>();
        try (EngineProgram engine = EngineProgram.ofProgram()) {
            Tracer tracer = new Tracer(
                    openVswitch,
                    images,
                    new EngineTracer(engine),
                    this::read,
                    ElementLibrary.load(),
                    Clock.systemUTC());
            if (request.frames().isEmpty()) {
                traces.add(tracer.trace(declarations.chains(), request.port(), FlowMatch.parse(request.match())));
            }
            for (String frame : request.frames()) {
                traces.add(tracer.trace(declarations.chains(), request.port(), bytes(frame)));
            }
        } catch (OvsdbException e) {
            throw ApiProblem.unavailable(String.valueOf(e.getMessage()), "flowstream doctor");
        }
        ArrayNode list = Json.MAPPER.valueToTree(traces);
        return Answer.ok(list);
    }

    private static byte[] bytes(String hex) {
        try {
            byte[] frame = HexFormat.of().parseHex(hex);
            if (frame.length < ETHERNET_HEADER) {
                throw BadValueException.of("a frame of " + frame.length + " bytes has no Ethernet header");
            }
            return frame;
        } catch (IllegalArgumentException e) {
            throw BadValueException.expected(hex, "a frame in hex");
        }
    }
}
