package org.flowstream.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.flowstream.control.GuestStream.Deadline;

/**
 * The health port of one middlebox: READY when it is opened and when the image was swapped, and a PONG for each PING.
 * Nothing else is sent unasked, so an idle machine costs nothing between two heartbeats. Not for two threads at once; of no more use after an exception.
 */
public final class HealthClient implements AutoCloseable {
    private final GuestStream stream;
    private long token;
    private Optional<ReadyLine> latest = Optional.empty();

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
            if (isReady(line)) {
                return latest.orElseThrow();
            }
        }
    }

    /** What the guest said last when it began to work; another image makes it say so again. */
    public Optional<ReadyLine> latestReady() {
        return latest;
    }

    private boolean isReady(String line) throws IOException {
        try {
            Optional<ReadyLine> ready = ReadyLine.parse(line);
            latest = ready.isPresent() ? ready : latest;
            return ready.isPresent();
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
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
            // A late answer to an earlier question is passed over.
            if (!isReady(line) && line.startsWith(wanted)) {
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
