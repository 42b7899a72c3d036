package org.flowstream.openflow;

import java.nio.ByteBuffer;

/** Packets from a switch that is none. */
public final class PacketIns {
    private static final int IN_PORT = 0x80000004;

    private PacketIns() {}

    /** A packet that a rule sent to us, as OpenFlow 1.3.5 lays it out behind the message's header. */
    public static PacketIn of(long cookie, int inPort, byte[] frame) {
        ByteBuffer body = ByteBuffer.allocate(16 + 16 + 2 + frame.length);
        body.putInt(-1)
                .putShort((short) frame.length)
                .put((byte) 0)
                .put((byte) 0)
                .putLong(cookie);
        // A match of one field, and padding to 8 bytes.
        body.putShort((short) 1)
                .putShort((short) 12)
                .putInt(IN_PORT)
                .putInt(inPort)
                .putInt(0);
        body.putShort((short) 0).put(frame);
        return PacketIn.read(new WireReader(body.array()));
    }
}
