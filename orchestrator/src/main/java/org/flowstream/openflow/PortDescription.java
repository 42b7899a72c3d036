package org.flowstream.openflow;

import java.nio.charset.StandardCharsets;
import org.flowstream.net.MacAddress;

/**
 * A switch's port as OpenFlow shows it (OpenFlow 1.3.5, section 7.2.1).
 *
 * @param config bits that were set, such as {@link #PORT_DOWN}
 * @param state bits the switch observes: {@link #LINK_DOWN}, {@link #LIVE}
 */
public record PortDescription(int number, MacAddress address, String name, int config, int state) {
    public static final int PORT_DOWN = 1;
    public static final int LINK_DOWN = 1;
    /** A fast-failover bucket that watches this port is used. */
    public static final int LIVE = 1 << 2;

    private static final int NAME = 16;

    public boolean isLive() {
        return (state & LIVE) != 0;
    }

    static PortDescription read(WireReader from) {
        int number = from.u32();
        from.skip(4);
        MacAddress address = MacAddress.of(from.bytes(6), 0);
        from.skip(2);
        String name = text(from.bytes(NAME));
        int config = from.u32();
        int state = from.u32();
        from.skip(24);
        return new PortDescription(number, address, name, config, state);
    }

    /** A text in a field of fixed size, filled with NULs. */
    static String text(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}
