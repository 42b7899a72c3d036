package org.flowstream.openflow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.flowstream.net.MacAddress;

/**
 * Which ports take part when a rule of others floods (NORMAL, FLOOD): a machine's taps must not.
 *
 * <p>OpenFlow 1.3 cannot say it any more, so this speaks 1.0 (OpenFlow 1.0.0, sections 5.2.1 and 5.3.3) on a connection
 * of its own, for as long as it takes. A switch that restarts forgets it.
 */
public final class Flooding {
    private static final int VERSION = 1;
    private static final int PORT_MOD = 15;
    private static final int BARRIER_REQUEST = 18;
    private static final int BARRIER_REPLY = 19;
    private static final int NO_FLOOD = 1 << 4;
    private static final OpenFlowError NO_SUCH_PORT = new OpenFlowError(7, 0, "");

    private final Path socket;
    private final FrameChannel channel;

    private Flooding(Path socket, FrameChannel channel) {
        this.socket = socket;
        this.channel = channel;
    }

    /** A port as OpenFlow 1.0 describes it. */
    private record Port(int number, MacAddress address, int config) {
        static Port read(WireReader from) {
            int number = from.u16();
            MacAddress address = MacAddress.of(from.bytes(6), 0);
            from.skip(16);
            int config = from.u32();
            from.skip(20);
            return new Port(number, address, config);
        }

        boolean floods() {
            return (config & NO_FLOOD) == 0;
        }
    }

    /** What is said on one connection. */
    private interface Talk<T> {
        T with(Flooding connection) throws IOException;
    }

    /**
     * Takes ports out of flooding; those that are out already are left alone.
     *
     * @param socket the bridge's management socket
     * @param bound how long it may take
     * @throws SwitchRefusedException if a port does not exist; the others are out then
     */
    public static void exclude(Path socket, Collection<Integer> ports, Duration bound) {
        talk(socket, bound, connection -> {
            Set<Integer> missing = new TreeSet<>(ports);
            List<Frame> changes = new ArrayList<>();
            for (Port each : connection.ports()) {
                if (missing.remove(each.number()) && each.floods()) {
                    changes.add(noFlood(each));
                }
            }
            changes.add(new Frame(VERSION, BARRIER_REQUEST, 0, new byte[0]));
            connection.channel.write(changes);
            connection.answer(BARRIER_REPLY);
            if (!missing.isEmpty()) {
                throw connection.refused("take ports " + missing + " out of flooding", NO_SUCH_PORT);
            }
            return missing;
        });
    }

    private static Frame noFlood(Port port) {
        WireWriter body = new WireWriter()
                .u16(port.number())
                .bytes(port.address().toBytes())
                .u32(NO_FLOOD)
                .u32(NO_FLOOD)
                .u32(0)
                .zeros(4);
        return new Frame(VERSION, PORT_MOD, port.number(), body.toBytes());
    }

    /** The numbers of the ports that floods reach. */
    public static Set<Integer> flooded(Path socket, Duration bound) {
        return talk(
                socket,
                bound,
                connection -> connection.ports().stream()
                        .filter(Port::floods)
                        .map(Port::number)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    private static <T> T talk(Path socket, Duration bound, Talk<T> talk) {
        try (FrameChannel channel = FrameChannel.open(socket)) {
            CompletableFuture<Void> over = new CompletableFuture<>();
            // Reading has no bound of its own; closing the channel ends it.
            CompletableFuture<Void> guard = over.orTimeout(bound.toMillis(), TimeUnit.MILLISECONDS)
                    .exceptionally(timeout -> {
                        closeQuietly(channel);
                        return null;
                    });
            try {
                Flooding connection = new Flooding(socket, channel);
                channel.write(List.of(new Frame(VERSION, MessageType.HELLO, 0, new byte[0])));
                T answer = talk.with(connection);
                over.complete(null);
                return answer;
            } catch (IOException e) {
                if (over.isCompletedExceptionally()) {
                    throw new SwitchSilentException(socket + " did not answer within " + bound.toMillis() + " ms");
                }
                throw e;
            } finally {
                over.complete(null);
                guard.join();
            }
        } catch (IOException e) {
            throw new SwitchUnreachableException("cannot talk to " + socket + ": " + e.getMessage(), e);
        }
    }

    private static void closeQuietly(FrameChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Port> ports() throws IOException {
        channel.write(List.of(new Frame(VERSION, MessageType.FEATURES_REQUEST, 0, new byte[0])));
        WireReader features = answer(MessageType.FEATURES_REPLY).reader();
        features.skip(24);
        List<Port> ports = new ArrayList<>();
        while (features.remaining() > 0) {
            ports.add(Port.read(features));
        }
        return ports;
    }

    /** The next message of a type; an error on the way is thrown, all else is passed over. */
    private Frame answer(int type) throws IOException {
        while (true) {
            Frame frame = channel.read();
            if (frame.type() == MessageType.ERROR) {
                throw refused("flooding of ports", OpenFlowError.read(frame.reader()));
            } else if (frame.type() == MessageType.ECHO_REQUEST) {
                channel.write(List.of(frame.with(VERSION, MessageType.ECHO_REPLY)));
            } else if (frame.type() == type) {
                return frame;
            }
        }
    }

    private SwitchRefusedException refused(String asked, OpenFlowError error) {
        return new SwitchRefusedException(socket.toString(), List.of(new SwitchRefusedException.Refusal(asked, error)));
    }
}
