package org.flowstream.openflow;

/**
 * What a switch says unasked. Calls come one at a time, on a thread of the connection that may wait, but what takes
 * long holds up what comes behind.
 */
public interface SwitchEvents {
    /** A rule sent us a packet. */
    void packetIn(PacketIn packet);

    /** A port came, went or changed. */
    void portChanged(PortChange change);

    /** Nobody listens. */
    SwitchEvents NONE = new SwitchEvents() {
        @Override
        public void packetIn(PacketIn packet) {}

        @Override
        public void portChanged(PortChange change) {}
    };
}
