package org.flowstream.openflow;

/** One OpenFlow message: its header's fields and the bytes behind them (OpenFlow 1.3.5, section 7.1). */
final class Frame {
    static final int HEADER = 8;
    static final int LONGEST = 0xffff;

    private final int version;
    private final int type;
    private final int xid;
    private final byte[] body;

    /**
     * Of the header's fields and a body, which becomes the frame's own.
     *
     * @param version as on the wire, 4 for OpenFlow 1.3
     * @param type number of the kind of message
     * @param xid pairs replies and errors with requests
     */
    Frame(int version, int type, int xid, byte[] body) {
        this.version = version;
        this.type = type;
        this.xid = xid;
        this.body = body;
    }

    int version() {
        return version;
    }

    int type() {
        return type;
    }

    int xid() {
        return xid;
    }

    WireReader reader() {
        return new WireReader(body);
    }

    /** The same message as another version's, or with another type: headers are alike in all versions. */
    Frame with(int otherVersion, int otherType) {
        return new Frame(otherVersion, otherType, xid, body);
    }

    byte[] toBytes() {
        WireWriter alone = new WireWriter();
        writeTo(alone);
        return alone.toBytes();
    }

    void writeTo(WireWriter to) {
        int length = HEADER + body.length;
        if (length > LONGEST) {
            throw new IllegalArgumentException("a message of " + length + " bytes is too long for OpenFlow (65535)");
        }
        to.u8(version).u8(type).u16(length).u32(xid).bytes(body);
    }

    @Override
    public String toString() {
        return "message of type " + type + ", " + body.length + " bytes, xid " + xid;
    }
}
