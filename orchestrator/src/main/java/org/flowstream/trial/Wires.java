package org.flowstream.trial;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.flowstream.template.Frame;

/** A machine's wires: UDP datagrams on the loopback interface, one for each frame, which stay in order. */
final class Wires implements AutoCloseable {
    private static final int LARGEST = 65_536;
    private static final int BUFFER = 4 << 20;

    private final List<DatagramChannel> channels = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final List<List<Frame>> frames = new ArrayList<>();
    private final ByteBuffer room = ByteBuffer.allocate(LARGEST);

    /** Wires for so many devices, each with a port for the machine that is free now. */
    Wires(int count) throws IOException {
        try {
            List<DatagramChannel> held = new ArrayList<>();
            try {
                for (int i = 0; i < count; i++) {
                    channels.add(bound());
                    frames.add(new ArrayList<>());
                    // Held until all are chosen, so that no two are the same.
                    DatagramChannel other = bound();
                    held.add(other);
                    ports.add(port(other));
                }
            } finally {
                for (DatagramChannel each : held) {
                    each.close();
                }
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private static DatagramChannel bound() throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.setOption(java.net.StandardSocketOptions.SO_RCVBUF, BUFFER);
        channel.bind(new InetSocketAddress(loopback(), 0));
        channel.configureBlocking(false);
        return channel;
    }

    private static InetAddress loopback() throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }

    private static int port(DatagramChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    /** The UDP port for frames to a device of the machine. */
    int port(int device) {
        return ports.get(device);
    }

    /** The UDP port that a device's frames come to. */
    int peer(int device) throws IOException {
        return port(channels.get(device));
    }

    void send(int device, byte[] frame) throws IOException {
        channels.get(device).send(ByteBuffer.wrap(frame), new InetSocketAddress(loopback(), ports.get(device)));
    }

    /** How many frames have come out of a device so far. */
    int count(int device) throws IOException {
        return frames(device).size();
    }

    /** The frames that have come out of a device so far. */
    List<Frame> frames(int device) throws IOException {
        room.clear();
        while (channels.get(device).receive(room) != null) {
            frames.get(device).add(Frame.of(Arrays.copyOf(room.array(), room.position())));
            room.clear();
        }
        return List.copyOf(frames.get(device));
    }

    @Override
    public void close() throws IOException {
        for (DatagramChannel each : channels) {
            each.close();
        }
    }
}
