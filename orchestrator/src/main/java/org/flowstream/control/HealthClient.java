package org.flowstream.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.flowstream.control.GuestStream.Deadline;

/**
 * The health port of one middlebox: READY when it is opened, and a PONG for each PING. Nothing is sent unasked, so an
 * idle machine costs nothing between two heartbeats. Not for two threads at once; of no more use after an exception.
 */
public final class HealthClient implements AutoCloseable {
    private final GuestStream stream;
    private long token;

    private HealthClient(GuestStream stream) {
        this.stream = stream;
    }

    /** Opens the port; the guest, once it works, says that it is ready. */
    public static HealthClient open(Path socket) throws IOException {
        return new HealthClient(GuestStream.open(socket));
    }

    /**
     * Waits for the guest to be ready.
     *
     * @throws GuestTimeoutException when it is not within the bound
     */
    public ReadyLine awaitReady(Duration bound) throws IOException {
        Deadline deadline = Deadline.in(bound);
        while (true) {
            String line = stream.line(deadline);
            try {
                Optional<ReadyLine> ready = ReadyLine.parse(line);
                if (ready.isPresent()) {
                    return ready.get();
                }
            } catch (IllegalArgumentException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }

    /**
     * Asks whether the guest is alive.
     *
     * @throws GuestTimeoutException when no answer comes within the bound
     */
    public Pong ping(Duration bound) throws IOException {
        Deadline deadline = Deadline.in(bound);
        String question = Long.toString(++token);
        long start = System.nanoTime();
        stream.send(("PING " + question + "\n").getBytes(StandardCharsets.US_ASCII), deadline);
        String wanted = "PONG " + question + " ";
        while (true) {
            String line = stream.line(deadline);
            // A late answer to an earlier question, or a READY, is passed over.
            if (line.startsWith(wanted)) {
                try {
                    return Pong.parse(Figures.of(line), Duration.ofNanos(System.nanoTime() - start));
                } catch (IllegalArgumentException e) {
                    throw new IOException(e.getMessage(), e);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
