package org.flowstream.openflow;

import org.flowstream.rules.Cookie;
import org.flowstream.rules.SwitchPorts;

/** A packet that a rule sent to us (OpenFlow 1.3.5, section 7.4.1). */
public final class PacketIn {
    private final long cookie;
    private final int table;
    private final int inPort;
    private final int length;
    private final byte[] data;

    private PacketIn(long cookie, int table, int inPort, int length, byte[] data) {
        this.cookie = cookie;
        this.table = table;
        this.inPort = inPort;
        this.length = length;
        this.data = data;
    }

    static PacketIn read(WireReader from) {
        from.skip(4);
        int length = from.u16();
        from.skip(1);
        int table = from.u8();
        long cookie = from.u64();
        int inPort = OxmCodec.readInPort(from).orElse(SwitchPorts.ANY);
        from.skip(2);
        return new PacketIn(cookie, table, inPort, length, from.bytes(from.remaining()));
    }

    /** Of the rule that sent it; one of {@link Cookie}'s if the rule was ours. */
    public long cookie() {
        return cookie;
    }

    public int table() {
        return table;
    }

    /** The port it came in by, {@link SwitchPorts#ANY} if the switch did not say. */
    public int inPort() {
        return inPort;
    }

    /** Bytes of the whole packet, of which {@link #data} may be only the beginning. */
    public int length() {
        return length;
    }

    /** A copy of what was sent of it, from the Ethernet header on. */
    public byte[] data() {
        return data.clone();
    }

    @Override
    public String toString() {
        return "packet of " + length + " bytes from port " + SwitchPorts.text(inPort);
    }
}
