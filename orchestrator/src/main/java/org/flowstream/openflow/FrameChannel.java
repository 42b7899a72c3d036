package org.flowstream.openflow;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.flowstream.stream.SharedWriter;

/** Whole OpenFlow messages over a bridge's management socket, in both directions at once. */
final class FrameChannel implements AutoCloseable {
    /** Bytes; less than a socket takes at once. */
    private static final int PIECE = 1 << 16;

    private final SocketChannel channel;
    private final InputStream in;
    private final SharedWriter out;

    private FrameChannel(SocketChannel channel) {
        this.channel = channel;
        // Reading by a stream and writing by the channel: two streams on one channel deadlock in JDK 17 (JDK-8279339).
        this.in = Channels.newInputStream(channel);
        this.out = new SharedWriter(channel, "openflow-out");
    }

    static FrameChannel open(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return new FrameChannel(channel);
    }

    /** Sends messages in their order; many of them piece by piece, each on its way while the next one is made. */
    void write(Iterable<Frame> frames) throws IOException {
        WireWriter piece = new WireWriter();
        for (Frame frame : frames) {
            frame.writeTo(piece);
            if (piece.position() >= PIECE) {
                out.write(piece.written());
                piece = new WireWriter();
            }
        }
        out.write(piece.written());
    }

    /** The next message; waits for it. */
    Frame read() throws IOException {
        WireReader header = new WireReader(exactly(Frame.HEADER));
        int version = header.u8();
        int type = header.u8();
        int length = header.u16();
        int xid = header.u32();
        if (length < Frame.HEADER) {
            throw new MalformedMessageException("message of " + length + " bytes");
        }
        return new Frame(version, type, xid, exactly(length - Frame.HEADER));
    }

    private byte[] exactly(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the switch closed the connection");
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        out.close();
        channel.close();
    }
}
