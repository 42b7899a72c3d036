package org.flowstream.api;

import java.io.IOException;
import java.io.OutputStream;

/** What a request is answered with. */
public sealed interface Answer {
    /** A value, as JSON. */
    record Value(int status, Object value) implements Answer {}

    /** Bytes as they are. */
    record File(java.nio.file.Path file, String contentType) implements Answer {}

    /** A text that is at hand. */
    record Text(String text, String contentType) implements Answer {}

    /** Nothing but the status. */
    record Empty(int status) implements Answer {}

    /** Lines that are sent one by one as they come: values as JSON, or text as it is. */
    record Lines(boolean json, Writer writer) implements Answer {}

    /** Bytes that are sent as they come. What goes wrong before the first of them is an answer of its own. */
    record Stream(String contentType, ByteWriter writer) implements Answer {}

    /** Writes the bytes of an answer; it is closed in any case, also where no bytes are wanted. */
    interface ByteWriter extends AutoCloseable {
        /** Throws when the client is gone. */
        void write(OutputStream out) throws IOException;

        @Override
        void close();
    }

    /** Writes the lines of an answer, until there are no more or the client is gone. */
    @FunctionalInterface
    interface Writer {
        void write(Sink sink) throws IOException, InterruptedException;
    }

    /** Takes the lines; each is sent at once. It throws when the client is gone. */
    interface Sink {
        void line(Object value) throws IOException;

        /** Finds out whether the client is still there, without sending a line. */
        void probe() throws IOException;
    }

    static Answer ok(Object value) {
        return new Value(200, value);
    }

    static Answer done() {
        return new Empty(204);
    }

    static Answer jsonLines(Writer writer) {
        return new Lines(true, writer);
    }

    static Answer textLines(Writer writer) {
        return new Lines(false, writer);
    }
}
