package org.flowstream.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.flowstream.control.ControlCommand;
import org.flowstream.image.ImageStore;
import org.flowstream.image.Manifest;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;
import org.flowstream.reconcile.Declarations;

/**
 * {@code /v1/middleboxes/NAME/control}: a command of Click's ControlSocket protocol for a middlebox. Each is a session of
 * its own with the guest, so that clients take turns with each other and with the daemon, command by command.
 */
public final class ControlResource {
    /** Written, these change what a machine is made from, which is declared. */
    private static final Set<String> OF_THE_DAEMON = Set.of("image", "scrub");

    private final Declarations declarations;
    private final Guests guests;
    private final ImageStore images;
    private final HandlerValues values = new HandlerValues();

    public ControlResource(Declarations declarations, Guests guests, ImageStore images) {
        this.declarations = declarations;
        this.guests = guests;
        this.images = images;
    }

    public List<Route> routes() {
        return List.of(new Route("POST", "/v1/middleboxes/{name}/control", this::command));
    }

    private Answer command(Call call) {
        MiddleboxResource.Known known = MiddleboxResource.speaking(declarations, call);
        byte[] answer = answer(known.name(), known.machine(), known, request(call.body()));
        return new Answer.Stream("application/octet-stream", new Answer.ByteWriter() {
            @Override
            public void write(OutputStream out) throws IOException {
                out.write(answer);
            }

            @Override
            public void close() {}
        });
    }

    private static ControlCommand.Request request(byte[] body) {
        ControlCommand.Reader reader = new ControlCommand.Reader(new ByteArrayInputStream(body));
        try {
            Optional<ControlCommand> first = reader.next();
            if (first.isPresent()
                    && first.get() instanceof ControlCommand.Request request
                    && reader.next().isEmpty()) {
                return request;
            }
        } catch (IOException e) {
            throw ApiProblem.badRequest("the command's data breaks off");
        }
        throw ApiProblem.badRequest("expected one command of ControlSocket 1.3 that a middlebox answers");
    }

    private byte[] answer(Name name, MachineId machine, MiddleboxResource.Known known, ControlCommand.Request request) {
        if (request.writes() && OF_THE_DAEMON.contains(request.handler())) {
            return refusal(
                    530,
                    "Permission error for handler '" + request.handler() + "': flowstream reconfigure " + name
                            + " gives it another configuration");
        }
        ControlCommand.Request lowered;
        try {
            lowered = request.writes() ? lowered(known, request) : request;
        } catch (ApiProblem problem) {
            return refusal(
                    520, "Write handler '" + request.handler() + "' error:\n" + String.valueOf(problem.getMessage()));
        }
        return guests.talk(name, machine, session -> session.exchange(lowered));
    }

    /** Handlers that take compiled text get it from here: their clients write it as Click has it. */
    private ControlCommand.Request lowered(MiddleboxResource.Known known, ControlCommand.Request request) {
        Optional<Manifest> manifest =
                MiddleboxResource.manifest(images, known.spec().image());
        byte[] given = request.value();
        byte[] value = values.of(request.handler(), given, manifest);
        return java.util.Arrays.equals(given, value) ? request : request.writing(value);
    }

    private static byte[] refusal(int code, String text) {
        List<String> lines = text.lines().toList();
        StringBuilder answer = new StringBuilder();
        for (int line = 0; line < lines.size(); line++) {
            answer.append(code)
                    .append(line + 1 < lines.size() ? '-' : ' ')
                    .append(lines.get(line))
                    .append("\r\n");
        }
        return answer.toString().getBytes(UTF_8);
    }
}
