package org.flowstream.ovsdb;

/** What moves a bridge's packets. */
public enum Datapath {
    /** Open vSwitch's kernel module. */
    KERNEL("system"),
    /** ovs-vswitchd itself, in user space: works without the module. */
    USER("netdev");

    private final String type;

    Datapath(String type) {
        this.type = type;
    }

    /** The word in a bridge's datapath_type. */
    public String type() {
        return type;
    }
}
