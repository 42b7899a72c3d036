package org.flowstream.openflow;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.flowstream.net.TransportChecksum;
import org.flowstream.rules.Cookie;
import org.flowstream.rules.FlowRule;
import org.flowstream.rules.Samples;
import org.flowstream.rules.SwitchChange;
import org.flowstream.rules.Unclaimed;

/**
 * What a look at a port's TCP and UDP packets has shown.
 *
 * @param packets seen
 * @param unfinished those with a checksum that their sender left to a network card: they will be dropped
 * @param wrong those with another wrong checksum
 * @param longest bytes of the longest frame
 */
public record PortSample(long packets, long unfinished, long wrong, int longest) {
    /**
     * Looks at a port until enough packets have come or the time is over, whichever is first; then the rules for it are
     * gone again. Needs no traffic of its own: without any, nothing is seen.
     *
     * @param socket the management socket of the own bridge
     * @param port of that bridge, in no chain
     * @param enough packets to look at, at most
     * @param atMost whole seconds
     */
    public static PortSample take(Path socket, int port, Unclaimed unclaimed, int enough, Duration atMost) {
        int seconds = Math.toIntExact(Math.max(1, atMost.toSeconds()));
        LinkedBlockingQueue<PacketIn> seen = new LinkedBlockingQueue<>(enough);
        SwitchEvents events = new SwitchEvents() {
            @Override
            public void packetIn(PacketIn packet) {
                boolean ours = packet.inPort() == port && Cookie.isOf(packet.cookie(), Cookie.Kind.SAMPLE);
                if (ours) {
                    // What comes when there is enough is not looked at.
                    seen.offer(packet);
                }
            }

            @Override
            public void portChanged(PortChange change) {}
        };
        List<FlowRule> rules = Samples.of(port, seconds, unclaimed);
        try (OpenFlowConnection connection = OpenFlowConnection.open(socket, events, atMost.plusSeconds(5))) {
            connection.apply(
                    rules.stream().<SwitchChange>map(SwitchChange.AddFlow::new).toList());
            PortSample sample = look(seen, enough, System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
            connection.apply(rules.stream()
                    .<SwitchChange>map(SwitchChange.DeleteFlow::new)
                    .toList());
            return sample;
        }
    }

    private static PortSample look(LinkedBlockingQueue<PacketIn> seen, int enough, long deadline) {
        PortSample sample = new PortSample(0, 0, 0, 0);
        try {
            while (sample.packets < enough) {
                PacketIn packet = seen.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (packet == null) {
                    return sample;
                }
                sample = sample.with(packet);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return sample;
    }

    private PortSample with(PacketIn packet) {
        TransportChecksum checksum = TransportChecksum.of(packet.data());
        return new PortSample(
                packets + 1,
                unfinished + (checksum == TransportChecksum.UNFINISHED ? 1 : 0),
                wrong + (checksum == TransportChecksum.WRONG ? 1 : 0),
                Math.max(longest, packet.length()));
    }
}
