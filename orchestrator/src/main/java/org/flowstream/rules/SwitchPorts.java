package org.flowstream.rules;

/** Numbers of a switch's ports: those of real ports, and those that OpenFlow 1.3 reserves (section 7.2.1). */
public final class SwitchPorts {
    /** The highest number that Open vSwitch gives a real port. */
    public static final int LARGEST = 0xfeff;

    public static final int IN_PORT = 0xffff_fff8;
    public static final int TABLE = 0xffff_fff9;
    public static final int NORMAL = 0xffff_fffa;
    public static final int FLOOD = 0xffff_fffb;
    public static final int ALL = 0xffff_fffc;
    public static final int CONTROLLER = 0xffff_fffd;
    public static final int LOCAL = 0xffff_fffe;
    /** No port, as a filter: any. */
    public static final int ANY = 0xffff_ffff;

    private SwitchPorts() {}

    /** Refuses a number that no real port has. */
    public static int requireReal(int port) {
        if (port < 1 || port > LARGEST) {
            throw new IllegalArgumentException(text(port) + " is not a port's number (1 to " + LARGEST + ")");
        }
        return port;
    }

    /** As ovs-ofctl writes it. */
    public static String text(int port) {
        return switch (port) {
            case IN_PORT -> "in_port";
            case TABLE -> "TABLE";
            case NORMAL -> "NORMAL";
            case FLOOD -> "FLOOD";
            case ALL -> "ALL";
            case CONTROLLER -> "CONTROLLER";
            case LOCAL -> "LOCAL";
            case ANY -> "ANY";
            default -> Integer.toUnsignedString(port);
        };
    }
}
