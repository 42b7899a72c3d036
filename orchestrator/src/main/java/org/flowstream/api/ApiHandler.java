package org.flowstream.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.flowstream.problem.BadValueException;
import org.flowstream.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the route of a request, has it answered, and writes the answer or the problem. */
final class ApiHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(ApiHandler.class);
    /** An image is the largest body: 768 KiB. */
    private static final int LARGEST_BODY = 1 << 20;

    private final List<Route> routes;
    private final PeerPolicy policy;
    private final ObjectMapper json;

    ApiHandler(List<Route> routes, PeerPolicy policy, ObjectMapper json) {
        this.routes = List.copyOf(routes);
        this.policy = policy;
        this.json = json;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        try {
            Peer peer = peer(request);
            if (!policy.allows(peer)) {
                throw ApiProblem.forbidden("user " + peer.user() + " may not use this interface");
            }
            write(answer(request, peer), request, response, callback);
        } catch (ApiProblem problem) {
            problem(problem, response, callback);
        } catch (BadValueException bad) {
            problem(ApiProblem.badRequest(String.valueOf(bad.getMessage())), response, callback);
        } catch (StoreException e) {
            problem(ApiProblem.unavailable(String.valueOf(e.getMessage()), e.cure()), response, callback);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            callback.failed(e);
        }
        return true;
    }

    private Answer answer(Request request, Peer peer) throws IOException, InterruptedException {
        String path = Request.getPathInContext(request);
        String method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
        boolean known = false;
        for (Route route : routes) {
            Optional<Map<String, String>> variables = route.match(path);
            if (variables.isEmpty()) {
                continue;
            }
            known = true;
            if (route.method().equals(method)) {
                return route.handler().handle(new Call(variables.get(), query(request), body(request), peer, json));
            }
        }
        if (known) {
            throw ApiProblem.badRequest(path + " does not take " + request.getMethod());
        }
        throw ApiProblem.notFound(
                "there is no " + path,
                "a daemon of another version runs: restart it (flowstream daemon stop; flowstream daemon start)");
    }

    private static Peer peer(Request request) throws IOException {
        Object transport =
                request.getConnectionMetaData().getConnection().getEndPoint().getTransport();
        if (transport instanceof SocketChannel channel) {
            return Peer.of(channel);
        }
        throw new IOException("the connection is not a socket channel but " + transport);
    }

    private static Map<String, String> query(Request request) {
        Map<String, String> query = new HashMap<>();
        for (Fields.Field field : Request.extractQueryParameters(request)) {
            query.put(field.getName(), String.valueOf(field.getValue()));
        }
        return query;
    }

    private static byte[] body(Request request) throws IOException {
        try (InputStream in = Content.Source.asInputStream(request)) {
            byte[] body = in.readNBytes(LARGEST_BODY + 1);
            if (body.length > LARGEST_BODY) {
                throw ApiProblem.badRequest("the body is larger than " + LARGEST_BODY + " bytes");
            }
            return body;
        }
    }

    private void write(Answer answer, Request request, Response response, Callback callback)
            throws IOException, InterruptedException {
        if (answer instanceof Answer.Value value) {
            response.setStatus(value.status());
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
            response.write(true, ByteBuffer.wrap(json.writeValueAsBytes(value.value())), callback);
        } else if (answer instanceof Answer.Empty empty) {
            response.setStatus(empty.status());
            callback.succeeded();
        } else if (answer instanceof Answer.File file) {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, file.contentType());
            response.write(true, ByteBuffer.wrap(Files.readAllBytes(file.file())), callback);
        } else if (answer instanceof Answer.Text text) {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, text.contentType());
            response.write(true, ByteBuffer.wrap(text.text().getBytes(UTF_8)), callback);
        } else if (answer instanceof Answer.Lines lines) {
            response.getHeaders()
                    .put(HttpHeader.CONTENT_TYPE, lines.json() ? "application/jsonl" : "text/plain; charset=utf-8");
            stream(lines, response, callback);
        } else if (answer instanceof Answer.Stream stream) {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, stream.contentType());
            stream(stream, !request.getMethod().equals("HEAD"), response, callback);
        } else {
            throw new IllegalStateException("an answer to " + request + " that cannot be written: " + answer);
        }
    }

    /** Each line goes out at once; a client that is gone ends the work and is no error. */
    private void stream(Answer.Lines lines, Response response, Callback callback) throws InterruptedException {
        OutputStream out = Content.Sink.asOutputStream(response);
        Answer.Sink sink = new Answer.Sink() {
            @Override
            public void line(Object value) throws IOException {
                ByteArrayOutputStream line = new ByteArrayOutputStream();
                line.write(
                        lines.json()
                                ? json.writeValueAsBytes(value)
                                : value.toString().getBytes(UTF_8));
                line.write('\n');
                out.write(line.toByteArray());
                out.flush();
            }

            @Override
            public void probe() throws IOException {
                out.write('\n');
                out.flush();
            }
        };
        try {
            lines.writer().write(sink);
            out.close();
            callback.succeeded();
        } catch (IOException e) {
            LOG.debug("a client left in the middle of an answer", e);
            callback.failed(e);
        }
    }

    private static void stream(Answer.Stream stream, boolean wanted, Response response, Callback callback) {
        OutputStream out = Content.Sink.asOutputStream(response);
        try (Answer.ByteWriter writer = stream.writer()) {
            if (wanted) {
                writer.write(out);
            }
            out.close();
            callback.succeeded();
        } catch (IOException e) {
            LOG.debug("a client left in the middle of an answer", e);
            callback.failed(e);
        }
    }

    private void problem(ApiProblem problem, Response response, Callback callback) throws IOException {
        ObjectNode body = json.createObjectNode()
                .put("type", "about:blank")
                .put("title", title(problem.status()))
                .put("status", problem.status())
                .put("detail", problem.getMessage());
        problem.cure().ifPresent(cure -> body.put("cure", cure));
        response.setStatus(problem.status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/problem+json");
        response.write(true, ByteBuffer.wrap(json.writeValueAsBytes(body)), callback);
    }

    private static String title(int status) {
        return switch (status) {
            case 400 -> "wrong request";
            case 403 -> "not allowed";
            case 404 -> "not found";
            case 409 -> "conflict";
            case 422 -> "refused";
            case 503 -> "not available";
            default -> "failed";
        };
    }

    @Override
    public String toString() {
        return routes.stream()
                .map(route -> route.method() + " " + route.template())
                .collect(Collectors.joining(", "));
    }
}
