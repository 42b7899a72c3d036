package org.flowstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client of the daemon's interface: HTTP/1.1 (RFC 9112) over a Unix socket, one connection for each request.
 *
 * <p>An answer that is not a success becomes a {@link CommandFailure} with the problem's own words (RFC 9457).
 */
final class ApiClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final Path socket;

    ApiClient(Path socket) {
        this.socket = socket;
    }

    /** Loads what a request needs; nothing is sent, and who asks meets a fault of it again. */
    static void load() {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            JSON.readTree("[{\"a\":[1,0.5,true,null]}]");
            channel.configureBlocking(true);
        } catch (IOException e) {
            // Who asks meets it again, and says so.
        }
    }

    JsonNode get(String path) {
        return request("GET", path, null, null);
    }

    JsonNode put(String path, JsonNode body) {
        return request("PUT", path, "application/json", body.toString().getBytes(UTF_8));
    }

    JsonNode put(String path, String contentType, byte[] body) {
        return request("PUT", path, contentType, body);
    }

    JsonNode post(String path) {
        return request("POST", path, null, null);
    }

    JsonNode post(String path, JsonNode body) {
        return request("POST", path, "application/json", body.toString().getBytes(UTF_8));
    }

    JsonNode delete(String path) {
        return request("DELETE", path, null, null);
    }

    /** The bytes of a resource. */
    byte[] bytes(String path) {
        try (SocketChannel channel = connect()) {
            HttpResponse response = HttpResponse.exchange(channel, request("GET", path, null, null, 0), null);
            if (response.status() >= 300) {
                fail(response);
            }
            return response.content();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** What a resource answers to bytes. */
    byte[] post(String path, byte[] body) {
        try (SocketChannel channel = connect()) {
            HttpResponse response = HttpResponse.exchange(
                    channel, request("POST", path, "application/octet-stream", "", body.length), body);
            if (response.status() >= 300) {
                fail(response);
            }
            return response.content();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** Takes the bytes of a resource as they come. */
    @FunctionalInterface
    interface Reader {
        void read(InputStream body) throws IOException;
    }

    /** Hands over the bytes of a resource as they come, until the daemon ends the answer. */
    void stream(String path, Reader reader) {
        try (SocketChannel channel = connect()) {
            HttpResponse response = HttpResponse.exchange(channel, request("GET", path, null, null, 0), null);
            if (response.status() >= 300) {
                fail(response);
            }
            reader.read(response.body());
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** Whether a resource is there. */
    boolean has(String path) {
        try (SocketChannel channel = connect()) {
            HttpResponse response = HttpResponse.exchange(channel, request("HEAD", path, null, null, 0), null);
            if (response.status() == 404) {
                return false;
            }
            return response.status() < 300 || fail(response);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** Hands over each line of JSON as it comes, until the daemon ends the answer. */
    void lines(String method, String path, @Nullable JsonNode body, Consumer<JsonNode> each) {
        byte[] bytes = body == null ? null : body.toString().getBytes(UTF_8);
        text(method, path, bytes, line -> each.accept(parse(line)));
    }

    /** Hands over each line of text as it comes, until the daemon ends the answer. */
    void text(String path, Consumer<String> each) {
        text("GET", path, null, each);
    }

    private void text(String method, String path, byte @Nullable [] bytes, Consumer<String> each) {
        try (SocketChannel channel = connect()) {
            String head = request(method, path, "application/json", bytes == null ? null : "", length(bytes));
            HttpResponse response = HttpResponse.exchange(channel, head, bytes);
            if (response.status() >= 300) {
                fail(response);
            }
            response.lines(each);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private JsonNode request(String method, String path, @Nullable String contentType, byte @Nullable [] body) {
        try (SocketChannel channel = connect()) {
            String head = request(method, path, contentType, body == null ? null : "", length(body));
            HttpResponse response = HttpResponse.exchange(channel, head, body);
            if (response.status() >= 300) {
                fail(response);
            }
            byte[] content = response.content();
            return content.length == 0 ? MissingNode.getInstance() : JSON.readTree(content);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private static int length(byte @Nullable [] body) {
        return body == null ? 0 : body.length;
    }

    private static String request(
            String method, String path, @Nullable String contentType, @Nullable String body, int length) {
        String head = method + " " + path + " HTTP/1.1\r\nHost: flowstream\r\nConnection: close\r\n";
        if (body != null || method.equals("PUT") || method.equals("POST")) {
            head += "Content-Length: " + length + "\r\n";
        }
        return head + (contentType == null ? "" : "Content-Type: " + contentType + "\r\n") + "\r\n";
    }

    /** A segment of a path, as it may stand in a request. */
    static String segment(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (IOException e) {
            channel.close();
            String text = String.valueOf(e.getMessage());
            if (text.contains("Permission denied")) {
                throw new CommandFailure(
                        "no permission to use " + socket, "run as root, or join the group that owns the socket");
            }
            throw new CommandFailure(
                    "the daemon is not running (" + socket + ": " + text + ")", "flowstream daemon start");
        }
    }

    private CommandFailure broken(IOException e) {
        return new CommandFailure(
                "the daemon broke off the connection: " + e.getMessage(),
                "flowstream daemon status, and its log: /var/log/flowstream/daemon.log");
    }

    private static boolean fail(HttpResponse response) throws IOException {
        byte[] content = response.content();
        String type = response.header("content-type");
        if (type.startsWith("application/problem+json")) {
            JsonNode problem = JSON.readTree(content);
            JsonNode cure = problem.get("cure");
            throw new CommandFailure(
                    problem.path("detail").asText(problem.path("title").asText()),
                    cure == null ? null : cure.asText(),
                    response.status() == 400 ? 2 : 1);
        }
        throw new CommandFailure(
                "the daemon answered " + response.status() + ": " + new String(content, UTF_8).strip());
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new CommandFailure("the daemon sent a line that is not JSON: " + line);
        }
    }

    /** Writes all of a buffer. */
    static void write(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
