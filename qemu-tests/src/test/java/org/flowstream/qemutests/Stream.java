package org.flowstream.qemutests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** A stream of numbered UDP datagrams from one endpoint to another, and what arrived of it, when. */
final class Stream implements AutoCloseable {
    /** So long without an arrival means that nothing more comes, however busy the host is. */
    private static final Duration SILENCE = Duration.ofSeconds(1);

    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final Path arrivals;
    private final Path sent;
    private final Process receiver;
    private final Process sender;

    private Stream(Path arrivals, Path sent, Process receiver, Process sender) {
        this.arrivals = arrivals;
        this.sent = sent;
        this.receiver = receiver;
        this.sender = sender;
    }

    static Stream start(Endpoint from, Endpoint to, int port, int rate, Duration length) {
        return start(from, to, to.ip4(), port, rate, length);
    }

    /** One of whose datagrams each is answered by one from the same port; it goes on until it is ended. */
    static Stream answered(Endpoint from, Endpoint to, int port, int rate) {
        return start(from, to, to.ip4(), port, rate, LONGEST, "answer");
    }

    /** One to an address of the receiver's, of either IP version. */
    static Stream start(
            Endpoint from, Endpoint to, String address, int port, int rate, Duration length, String... how) {
        try {
            Path arrivals = Files.createTempFile("flowstream-stream", ".arrivals");
            Path sent = Files.createTempFile("flowstream-stream", ".sent");
            String script = Resources.path("stream.py").toString();
            List<String> receive =
                    new ArrayList<>(List.of("python3", script, "receive", Integer.toString(port), arrivals.toString()));
            receive.addAll(List.of(how));
            Process receiver = to.command(receive.toArray(String[]::new)).start(Path.of("/dev/null"));
            Wait.until(
                    "the receiver on UDP port " + port,
                    Duration.ofSeconds(20),
                    () -> to.command("ss", "-Hlun", "sport", "=", ":" + port)
                            .run()
                            .out()
                            .contains(":" + port));
            Process sender = from.command(
                            "python3",
                            script,
                            "send",
                            address,
                            Integer.toString(port),
                            Integer.toString(rate),
                            Double.toString(length.toMillis() / 1000.0))
                    .start(sent);
            return new Stream(arrivals, sent, receiver, sender);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What has arrived so far. */
    List<Arrival> arrivals() {
        try {
            List<Arrival> all = new ArrayList<>();
            String text = Files.readString(arrivals);
            // A line may be half written.
            text.substring(0, text.lastIndexOf('\n') + 1).lines().forEach(line -> {
                int first = line.indexOf(' ');
                int second = line.indexOf(' ', first + 1);
                all.add(new Arrival(
                        Long.parseLong(line, 0, first, 10),
                        Long.parseLong(line, first + 1, second, 10),
                        Integer.parseInt(line, second + 1, line.length(), 10)));
            });
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitArrivals(int count, Duration bound) {
        Wait.until(count + " datagrams to arrive", bound, () -> arrivals().size() >= count);
    }

    /** Ends the sender, then as {@link #finish}. */
    Outcome end(Duration bound) {
        sender.destroy();
        return finish(bound);
    }

    /** Waits for the sender's end, then for silence at the receiver; answers what became of the stream. */
    Outcome finish(Duration bound) {
        try {
            if (!sender.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the sender did not end within " + bound);
            }
            long count = Long.parseLong(Files.readString(sent).trim());
            int[] before = {-1};
            long[] since = {System.nanoTime()};
            Wait.until("the last datagrams", bound, () -> {
                int now = arrivals().size();
                if (now != before[0]) {
                    before[0] = now;
                    since[0] = System.nanoTime();
                }
                return now >= count || System.nanoTime() - since[0] > SILENCE.toNanos();
            });
            return new Outcome(count, arrivals());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        for (Process process : List.of(sender, receiver)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        try {
            Files.deleteIfExists(arrivals);
            Files.deleteIfExists(sent);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * One datagram: its number, when it came by CLOCK_MONOTONIC, and its IPv4 header's type-of-service byte (0 in IPv6).
     */
    record Arrival(long number, long nanoseconds, int tos) {}

    /** How many were sent, and the arrivals in order. */
    record Outcome(long sent, List<Arrival> arrived) {
        long lost() {
            return sent - arrived.stream().map(Arrival::number).distinct().count();
        }

        /** The numbers of those that did not arrive. */
        List<Long> lostNumbers() {
            Set<Long> came = arrived.stream().map(Arrival::number).collect(Collectors.toSet());
            return LongStream.range(0, sent)
                    .filter(number -> !came.contains(number))
                    .boxed()
                    .toList();
        }

        boolean inOrder() {
            for (int i = 1; i < arrived.size(); i++) {
                if (arrived.get(i).number() <= arrived.get(i - 1).number()) {
                    return false;
                }
            }
            return true;
        }

        /**
         * The most datagrams in a row that did not arrive. The sender keeps to its rate and catches up when it was held
         * up, so this is a time that no load on the host can stretch.
         */
        long lostInARow() {
            return longestLoss().length;
        }

        /** How many arrived of those that were sent after that row. */
        long arrivedAfterLoss() {
            Loss loss = longestLoss();
            return arrived.stream()
                    .filter(arrival -> arrival.number() >= loss.first + loss.length)
                    .count();
        }

        private record Loss(long first, long length) {}

        private Loss longestLoss() {
            boolean[] came = new boolean[Math.toIntExact(sent)];
            arrived.forEach(arrival -> came[Math.toIntExact(arrival.number())] = true);
            Loss longest = new Loss(0, 0);
            long row = 0;
            for (int number = 0; number < came.length; number++) {
                row = came[number] ? 0 : row + 1;
                if (row > longest.length) {
                    longest = new Loss(number - row + 1, row);
                }
            }
            return longest;
        }
    }
}
