package org.flowstream.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.control.GuestStream.Deadline;

/**
 * One session of Click's ControlSocket protocol, version 1.3, with a running middlebox. Opening begins a session and
 * closing ends it, so a client that dies in the middle of a command harms nobody. One command at a time; after any
 * exception but {@link HandlerException} the session is of no more use.
 */
public final class ControlClient implements AutoCloseable {
    private static final String PROTOCOL = "Click::ControlSocket/";
    private static final int LINES_OF_ANOTHER_SESSION = 100_000;
    private static final Pattern GREETING = Pattern.compile(PROTOCOL + "1\\.\\d+$");
    private static final Pattern STATUS = Pattern.compile("(\\d{3})([ -])(.*)");
    private static final Pattern DATA = Pattern.compile("DATA (\\d{1,9})");
    private static final Pattern HANDLER = Pattern.compile("\\S+");
    private static final int LONGEST_ANSWER = 64 << 20;

    private final GuestStream stream;
    private final Duration bound;

    private ControlClient(GuestStream stream, Duration bound) {
        this.stream = stream;
        this.bound = bound;
    }

    /**
     * Opens a session.
     *
     * @param bound how long any one answer may take
     */
    public static ControlClient open(Path socket, Duration bound) throws IOException {
        GuestStream stream = GuestStream.open(socket);
        try {
            greeting(stream, socket, Deadline.in(bound));
            return new ControlClient(stream, bound);
        } catch (IOException e) {
            stream.close();
            throw e;
        }
    }

    /**
     * Reads up to the greeting. The rest of an answer to an earlier session, whose client died, may come before it: QEMU
     * had it in hand already. A line that names the protocol in another version is the peer's greeting all the same.
     */
    private static void greeting(GuestStream stream, Path socket, Deadline deadline) throws IOException {
        String first = stream.line(deadline);
        String line = first;
        try {
            for (int skipped = 0; !GREETING.matcher(line).find(); skipped++) {
                if (skipped == LINES_OF_ANOTHER_SESSION || line.contains(PROTOCOL)) {
                    throw new IOException(socket + " greets with '" + first + "', not as a ControlSocket 1");
                }
                line = stream.line(deadline);
            }
        } catch (GuestTimeoutException e) {
            throw new IOException(socket + " greets with '" + first + "', not as a ControlSocket 1", e);
        }
    }

    /**
     * Reads a handler.
     *
     * @param handler {@code element.handler}, or a global one's name
     */
    public byte[] read(String handler) throws IOException {
        send("READ " + checked(handler) + "\r\n");
        return data();
    }

    /** Reads a handler that takes parameters. */
    public byte[] read(String handler, String parameters) throws IOException {
        byte[] bytes = parameters.getBytes(StandardCharsets.UTF_8);
        send("READDATA " + checked(handler) + " " + bytes.length + "\r\n", bytes);
        return data();
    }

    /** Reads a handler's text. */
    public String text(String handler) throws IOException {
        return new String(read(handler), StandardCharsets.UTF_8);
    }

    /** Writes a handler; what the guest says to it, usually nothing. */
    public String write(String handler, byte[] value) throws IOException {
        send("WRITEDATA " + checked(handler) + " " + value.length + "\r\n", value);
        return status();
    }

    /** Has the guest answer a command in its own words: all lines of the answer, and the data that they announce. */
    public byte[] exchange(ControlCommand.Request command) throws IOException {
        stream.send(command.bytes(), Deadline.in(bound));
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        boolean more = true;
        while (more) {
            String line = stream.line(Deadline.in(bound));
            answer.writeBytes((line + "\r\n").getBytes(StandardCharsets.UTF_8));
            Matcher status = STATUS.matcher(line);
            if (!status.matches()) {
                throw new IOException("the guest answers '" + line + "' where a status is expected");
            }
            more = status.group(2).equals("-");
            if (!more && command.reads() && status.group(1).charAt(0) == '2') {
                answer.writeBytes(data(answer));
            }
        }
        return answer.toByteArray();
    }

    private byte[] data(ByteArrayOutputStream head) throws IOException {
        String line = stream.line(Deadline.in(bound));
        head.writeBytes((line + "\r\n").getBytes(StandardCharsets.UTF_8));
        return stream.bytes(length(line), Deadline.in(bound));
    }

    private static int length(String line) throws IOException {
        Matcher data = DATA.matcher(line);
        if (!data.matches() || Integer.parseInt(data.group(1)) > LONGEST_ANSWER) {
            throw new IOException("the guest answers '" + line + "' where DATA and a length are expected");
        }
        return Integer.parseInt(data.group(1));
    }

    private static String checked(String handler) throws HandlerException {
        if (!HANDLER.matcher(handler).matches()) {
            throw new HandlerException(500, "'" + handler + "' is not a handler's name: element.handler is expected");
        }
        return handler;
    }

    private void send(String command, byte... data) throws IOException {
        byte[] line = command.getBytes(StandardCharsets.UTF_8);
        byte[] whole = Arrays.copyOf(line, line.length + data.length);
        System.arraycopy(data, 0, whole, line.length, data.length);
        stream.send(whole, Deadline.in(bound));
    }

    private byte[] data() throws IOException {
        status();
        String line = stream.line(Deadline.in(bound));
        return stream.bytes(length(line), Deadline.in(bound));
    }

    /** Reads all lines of a status; answers their words when it is good. */
    private String status() throws IOException {
        List<String> words = new ArrayList<>();
        while (true) {
            String line = stream.line(Deadline.in(bound));
            Matcher status = STATUS.matcher(line);
            if (!status.matches()) {
                throw new IOException("the guest answers '" + line + "' where a status is expected");
            }
            words.add(status.group(3));
            if (status.group(2).equals(" ")) {
                int code = Integer.parseInt(status.group(1));
                String message = String.join("\n", words);
                if (code >= 300) {
                    throw new HandlerException(code, message);
                }
                return message;
            }
        }
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
