package org.flowstream.health;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import org.flowstream.net.MacAddress;
import org.flowstream.openflow.OpenFlowConnection;
import org.flowstream.openflow.PacketIn;
import org.flowstream.rules.RuleAction;
import org.flowstream.rules.RuleCompiler;
import org.flowstream.rules.SwitchPorts;

/**
 * Probe frames (docs/contracts.md, 6): each goes by packet-out into one device of a machine and comes back, by packet-in,
 * from another; that shows that the guest's engine takes and sends frames, and not only that it talks.
 */
public final class ForwardingProbe {
    /** From when it was sent on a probe has so long to come back. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private static final int ETHER_TYPE = 0x88b5;
    private static final byte[] MAGIC = "FSPROBE1".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = 14;
    private static final int TOKEN = 16;
    private static final int TOKEN_AT = HEADER + MAGIC.length;
    private static final int DEVICE_AT = TOKEN_AT + TOKEN;
    private static final int FLAGS_AT = DEVICE_AT + 1;
    private static final int LENGTH = 60;
    private static final int RETURNED = 1;
    /** Locally administered, and nobody's: a bridge that passes frames on sends it out everywhere. */
    private static final MacAddress NOBODY = MacAddress.parse("06:66:6c:00:00:02");

    private final RandomGenerator random;
    private final Map<ByteBuffer, CompletableFuture<PacketIn>> waiting = new ConcurrentHashMap<>();

    public ForwardingProbe(RandomGenerator random) {
        this.random = random;
    }

    /**
     * One way through a machine.
     *
     * @param inPort the switch port of the device that the frame enters by
     * @param inMac that device's address
     * @param outDevice the number of the device that it is to leave by
     * @param outPort that device's switch port
     */
    public record Way(int inPort, MacAddress inMac, int outDevice, int outPort) {}

    /** How probes fared: their round trip, or why one did not come back. */
    public record Outcome(Optional<Duration> roundTrip, String detail) {}

    /**
     * Sends a probe each way, all at once, and waits for their return.
     *
     * @return the slowest, or the first in the ways' order that did not come back
     */
    public Outcome send(OpenFlowConnection connection, List<Way> ways) throws InterruptedException {
        return send(connection, ways, ForwardingProbe::frame);
    }

    /** The same with frames that a guest which does not know them passes on as they are. */
    public Outcome pass(OpenFlowConnection connection, List<Way> ways) throws InterruptedException {
        return send(connection, ways, ForwardingProbe::passing);
    }

    private Outcome send(OpenFlowConnection connection, List<Way> ways, BiFunction<Way, byte[], byte[]> frame)
            throws InterruptedException {
        long begin = System.nanoTime();
        List<Sent> sent = new ArrayList<>();
        try {
            for (Way way : ways) {
                byte[] token = new byte[TOKEN];
                random.nextBytes(token);
                Sent each = new Sent(way, ByteBuffer.wrap(token), new CompletableFuture<>());
                waiting.put(each.token, each.back);
                sent.add(each);
                connection.packetOut(
                        SwitchPorts.CONTROLLER, List.of(RuleAction.output(way.inPort)), frame.apply(way, token));
            }
            for (Sent each : sent) {
                Optional<String> wrong = each.wrong(begin);
                if (wrong.isPresent()) {
                    return new Outcome(Optional.empty(), wrong.get());
                }
            }
            return new Outcome(Optional.of(Duration.ofNanos(System.nanoTime() - begin)), "");
        } finally {
            sent.forEach(each -> waiting.remove(each.token));
        }
    }

    /** A probe on its way. */
    private record Sent(Way way, ByteBuffer token, CompletableFuture<PacketIn> back) {
        /** Waits for its return; what is wrong with it, or that there is none. */
        Optional<String> wrong(long begin) throws InterruptedException {
            try {
                PacketIn packet = back.get(PATIENCE.toNanos() - (System.nanoTime() - begin), TimeUnit.NANOSECONDS);
                return packet.inPort() == way.outPort
                        ? Optional.empty()
                        : Optional.of("the probe came back by port " + packet.inPort() + ", not by " + way.outPort);
            } catch (TimeoutException e) {
                return Optional.of(
                        "no probe came from device " + way.outDevice + " within " + PATIENCE.toMillis() + " ms");
            } catch (ExecutionException e) {
                throw new IllegalStateException("a probe's future cannot fail", e);
            }
        }
    }

    private static byte[] frame(Way way, byte[] token) {
        return frame(way.inMac, way, token, 0);
    }

    private static byte[] passing(Way way, byte[] token) {
        return frame(NOBODY, way, token, RETURNED);
    }

    private static byte[] frame(MacAddress to, Way way, byte[] token, int flags) {
        ByteBuffer frame = ByteBuffer.allocate(LENGTH);
        frame.put(to.toBytes()).put(RuleCompiler.PROBE_SOURCE.toBytes()).putShort((short) ETHER_TYPE);
        frame.put(MAGIC).put(token).put((byte) way.outDevice).put((byte) flags);
        return frame.array();
    }

    /** Takes a packet-in; false when it is no probe of ours. */
    public boolean take(PacketIn packet) {
        byte[] frame = packet.data();
        boolean probe = frame.length > FLAGS_AT
                && (((frame[HEADER - 2] & 0xff) << 8) | (frame[HEADER - 1] & 0xff)) == ETHER_TYPE
                && Arrays.equals(frame, HEADER, TOKEN_AT, MAGIC, 0, MAGIC.length)
                && frame[FLAGS_AT] == RETURNED;
        if (!probe) {
            return false;
        }
        CompletableFuture<PacketIn> back =
                waiting.get(ByteBuffer.wrap(Arrays.copyOfRange(frame, TOKEN_AT, TOKEN_AT + TOKEN)));
        if (back != null) {
            back.complete(packet);
        }
        return true;
    }
}
