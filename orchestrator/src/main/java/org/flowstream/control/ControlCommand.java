package org.flowstream.control;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One command of Click's ControlSocket protocol 1.3, whole, as a client sent it. Limits are a guest's: lines of at most
 * {@value #LONGEST_LINE} bytes, {@value #MOST_DATA} bytes of data.
 */
public sealed interface ControlCommand {
    int LONGEST_LINE = 8192;
    int MOST_DATA = 1 << 20;
    /** Most data of a command whose length is not told. */
    int MOST_UNTIL = 64 * 1024;

    /** One that a guest answers. */
    final class Request implements ControlCommand {
        private static final Pattern SPACES = Pattern.compile("[ \t\u000b\f]+");

        private final String line;
        private final byte[] data;

        Request(String line, byte... data) {
            this.line = line;
            this.data = data.clone();
        }

        /** The words of the line: what is to be done, the handler, and the rest as one. */
        private String word(int place) {
            String[] words = SPACES.split(line.strip(), 3);
            return place < words.length ? words[place] : "";
        }

        private String verb() {
            return word(0).toUpperCase(Locale.ROOT);
        }

        public String handler() {
            return word(1);
        }

        /** Whether a good answer brings data. */
        public boolean reads() {
            return verb().startsWith("READ") || verb().equals("GET");
        }

        public boolean writes() {
            return verb().startsWith("WRITE") || verb().startsWith("SET");
        }

        /** What is written, or are the parameters of what is read. */
        public byte[] value() {
            return hasData() ? data.clone() : word(2).getBytes(ISO_8859_1);
        }

        private boolean hasData() {
            return verb().endsWith("DATA");
        }

        /** The same, with another value to be written. */
        public Request writing(byte... value) {
            return new Request("WRITEDATA " + handler() + " " + value.length, value);
        }

        /** As it is sent. */
        public byte[] bytes() {
            byte[] head = (line + "\r\n").getBytes(ISO_8859_1);
            byte[] whole = Arrays.copyOf(head, head.length + data.length);
            System.arraycopy(data, 0, whole, head.length, data.length);
            return whole;
        }
    }

    /** The end of the session. */
    record Quit() implements ControlCommand {}

    /** One that no guest is asked for, and its answer: a line, without its end. */
    record Refused(String answer) implements ControlCommand {}

    /**
     * Reads commands of a session one after the other. A command whose data breaks off is none, and throws an {@link
     * EOFException}.
     */
    final class Reader {
        private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

        private final InputStream in;
        private boolean afterReturn;

        public Reader(InputStream in) {
            this.in = in;
        }

        /** The next command; empty at the end of the session. Empty lines are none. */
        public Optional<ControlCommand> next() throws IOException {
            while (true) {
                Optional<String> line = line(LONGEST_LINE);
                if (line.isEmpty()) {
                    return Optional.empty();
                }
                if (line.get().length() > LONGEST_LINE) {
                    return Optional.of(new Refused("500 Line too long, at most " + LONGEST_LINE + " bytes"));
                }
                if (!line.get().isBlank()) {
                    return Optional.of(command(line.get()));
                }
            }
        }

        private ControlCommand command(String line) throws IOException {
            Request request = new Request(line);
            switch (request.verb()) {
                case "QUIT", "CLOSE" -> {
                    return new Quit();
                }
                case "READDATA", "WRITEDATA", "SETDATA" -> {
                    return withData(request);
                }
                case "READUNTIL", "WRITEUNTIL" -> {
                    return request.handler().isEmpty() ? request : until(request);
                }
                default -> {
                    return request;
                }
            }
        }

        /** One whose length is no number is the guest's to refuse: no data follows then. */
        private ControlCommand withData(Request request) throws IOException {
            String length = request.word(2).strip();
            if (!NUMBER.matcher(length).matches()) {
                return request;
            }
            int count = Integer.parseInt(length);
            int joined = afterReturn ? in.read() : '\n';
            afterReturn = false;
            boolean first = joined != '\n' && count > 0;
            if (joined < 0 && count > 0) {
                throw new EOFException();
            }
            if (count > MOST_DATA) {
                in.skipNBytes(count - (first ? 1L : 0L));
                return tooLarge(request);
            }
            byte[] data = new byte[count];
            if (first) {
                data[0] = (byte) joined;
            }
            int from = first ? 1 : 0;
            if (in.readNBytes(data, from, count - from) < count - from) {
                throw new EOFException();
            }
            return new Request(request.line, data);
        }

        private static Refused tooLarge(Request request) {
            return new Refused("521 Data too large for handler '" + request.handler() + "'");
        }

        /** Data up to a line that is the terminator; sent on as data of a told length. */
        private ControlCommand until(Request request) throws IOException {
            String terminator = request.word(2).strip();
            ByteArrayOutputStream data = new ByteArrayOutputStream();
            boolean tooLarge = false;
            while (true) {
                String line = line(MOST_UNTIL).orElseThrow(EOFException::new);
                if (line.replaceFirst("[ \t]+$", "").equals(terminator)) {
                    break;
                }
                tooLarge = tooLarge || data.size() + line.length() + 1 > MOST_UNTIL;
                if (!tooLarge) {
                    data.writeBytes((line + "\n").getBytes(ISO_8859_1));
                }
            }
            String verb = request.reads() ? "READDATA " : "WRITEDATA ";
            return tooLarge
                    ? tooLarge(request)
                    : new Request(verb + request.handler() + " " + data.size(), data.toByteArray());
        }

        /** A line without its end (LF, CR or both); longer than `most` by one byte where it is longer than that. */
        private Optional<String> line(int most) throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            while (true) {
                int next = in.read();
                boolean joined = afterReturn && next == '\n';
                afterReturn = next == '\r';
                if (next < 0) {
                    return Optional.empty(); // a line that breaks off is no command
                }
                if (joined) {
                    continue;
                }
                if (next == '\n' || next == '\r') {
                    return Optional.of(line.toString(ISO_8859_1));
                }
                if (line.size() <= most) {
                    line.write(next);
                }
            }
        }
    }
}
