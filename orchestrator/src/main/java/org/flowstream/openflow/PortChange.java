package org.flowstream.openflow;

/** A port that came, went or changed its state (OpenFlow 1.3.5, section 7.4.3). */
public record PortChange(Kind kind, PortDescription port) {
    /** What happened. */
    public enum Kind {
        ADDED,
        REMOVED,
        CHANGED
    }

    static PortChange read(WireReader from) {
        int reason = from.u8();
        from.skip(7);
        Kind kind = switch (reason) {
            case 0 -> Kind.ADDED;
            case 1 -> Kind.REMOVED;
            case 2 -> Kind.CHANGED;
            default -> throw new MalformedMessageException("port status of reason " + reason);
        };
        return new PortChange(kind, PortDescription.read(from));
    }
}
