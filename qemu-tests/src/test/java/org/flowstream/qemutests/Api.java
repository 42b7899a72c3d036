package org.flowstream.qemutests;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import org.flowstream.model.DeclaredJson;

/** The daemon's interface without the command line, for tests that ask thousands of times. */
final class Api {
    static final JsonMapper JSON = DeclaredJson.mapper();
    private static final byte[] BLANK_LINE = {'\r', '\n', '\r', '\n'};

    private final Path socket;

    Api(Path socket) {
        this.socket = socket;
    }

    /**
     * What the daemon said.
     *
     * @param status of HTTP; 0 when the daemon is not there, or ended in the middle of its answer
     */
    record Answer(String request, int status, JsonNode body) {
        boolean isGood() {
            return status >= 200 && status < 300;
        }

        /** Whether it was refused for what it asks. */
        boolean isRefused() {
            return status >= 400 && status < 500;
        }

        Answer ok() {
            if (!isGood()) {
                throw new AssertionError(this);
            }
            return this;
        }

        @Override
        public String toString() {
            return request + " was answered " + status + " " + body;
        }
    }

    Answer get(String path) {
        return request("GET", path, new byte[0]);
    }

    Answer delete(String path) {
        return request("DELETE", path, new byte[0]);
    }

    Answer post(String path) {
        return request("POST", path, new byte[0]);
    }

    Answer post(String path, JsonNode body) {
        return request("POST", path, body.toString().getBytes(UTF_8));
    }

    Answer put(String path, JsonNode body) {
        return request("PUT", path, body.toString().getBytes(UTF_8));
    }

    Answer put(String path, byte[] body) {
        return request("PUT", path, body);
    }

    /** HTTP/1.0, so that an answer is whole when the connection ends. */
    private Answer request(String method, String path, byte[] body) {
        String request = method + " " + path;
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            String type = body.length > 0 && body[0] == '{' ? "application/json" : "application/octet-stream";
            String head = request + " HTTP/1.0\r\nHost: flowstream\r\nContent-Type: " + type + "\r\nContent-Length: "
                    + body.length + "\r\n\r\n";
            write(channel, head.getBytes(UTF_8));
            write(channel, body);
            byte[] answer = Channels.newInputStream(channel).readAllBytes();
            String text = new String(answer, UTF_8);
            int end = text.indexOf(new String(BLANK_LINE, UTF_8));
            if (end < 0) {
                return new Answer(request, 0, MissingNode.getInstance());
            }
            byte[] content = Arrays.copyOfRange(
                    answer, text.substring(0, end).getBytes(UTF_8).length + BLANK_LINE.length, answer.length);
            return new Answer(request, Integer.parseInt(text.split(" ", 3)[1]), body(content));
        } catch (IOException e) {
            return new Answer(request, 0, MissingNode.getInstance());
        }
    }

    private static JsonNode body(byte[] content) throws IOException {
        boolean json = content.length > 0 && (content[0] == '{' || content[0] == '[');
        return json ? JSON.readTree(content) : TextNode.valueOf(new String(content, UTF_8));
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
