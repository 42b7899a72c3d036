package org.flowstream.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An answer of HTTP/1.1 (RFC 9112), its body not yet read. The body's length is told by {@code Content-Length}, by
 * chunks, or by the end of the connection.
 */
final class HttpResponse {
    private static final int LONGEST_LINE = 16 * 1024;
    private final int status;
    private final Map<String, String> headers;
    private final InputStream body;

    private HttpResponse(int status, Map<String, String> headers, InputStream body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /** Sends a request and reads the head of its answer. */
    static HttpResponse exchange(SocketChannel channel, String head, byte @Nullable [] body) throws IOException {
        ApiClient.write(channel, ByteBuffer.wrap(head.getBytes(ISO_8859_1)));
        if (body != null) {
            ApiClient.write(channel, ByteBuffer.wrap(body));
        }
        InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
        String statusLine = line(in);
        String[] words = statusLine.split(" ", 3);
        if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("[1-5][0-9]{2}")) {
            throw new IOException("no HTTP answer but '" + statusLine + "'");
        }
        Map<String, String> headers = new HashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        boolean bodiless = head.startsWith("HEAD ") || words[1].equals("204");
        return new HttpResponse(
                Integer.parseInt(words[1]), headers, bodiless ? InputStream.nullInputStream() : framed(in, headers));
    }

    int status() {
        return status;
    }

    /** A header's value, empty when it is not there. */
    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    /** The body, to be read as it comes. */
    InputStream body() {
        return body;
    }

    byte[] content() throws IOException {
        return body.readAllBytes();
    }

    /** Hands over each line of the body as it comes; an answer that breaks off is an error. */
    void lines(Consumer<String> each) throws IOException {
        BufferedReader reader = new BufferedReader(new InputStreamReader(body, UTF_8));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (!line.isEmpty()) {
                each.accept(line);
            }
        }
    }

    private static InputStream framed(InputStream in, Map<String, String> headers) throws IOException {
        if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
            return new Chunks(in);
        }
        String length = headers.get("content-length");
        if (length == null) {
            return in;
        }
        byte[] content = in.readNBytes(Integer.parseInt(length));
        if (content.length != Integer.parseInt(length)) {
            throw new EOFException("the answer ends after " + content.length + " of " + length + " bytes");
        }
        return new java.io.ByteArrayInputStream(content);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the answer ends in its head");
            }
            if (line.length() > LONGEST_LINE) {
                throw new IOException("a line of the answer's head is longer than " + LONGEST_LINE + " bytes");
            }
            line.append((char) next);
        }
        return line.toString().strip();
    }

    /** The chunked transfer coding of RFC 9112, section 7.1, without trailers. */
    private static final class Chunks extends InputStream {
        private final InputStream in;
        private long left;
        private boolean ended;

        Chunks(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (left == 0 && !ended) {
                next();
            }
            if (ended) {
                return -1;
            }
            int count = in.read(bytes, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException("the answer ends in a chunk");
            }
            left -= count;
            if (left == 0) {
                line(in);
            }
            return count;
        }

        private void next() throws IOException {
            String size = line(in);
            int end = size.indexOf(';');
            left = Long.parseLong(end < 0 ? size : size.substring(0, end), 16);
            if (left == 0) {
                ended = true;
                line(in);
            }
        }

        @Override
        public int available() throws IOException {
            return (int) Math.min(left, in.available());
        }
    }
}
