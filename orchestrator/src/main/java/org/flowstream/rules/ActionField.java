package org.flowstream.rules;

/**
 * A field that learn, load and move name, with Nicira's class and number for it (Open vSwitch, ovs-fields(7)).
 *
 * <p>They are apart from {@link org.flowstream.net.MatchField}: actions see the port a packet came by, the whole VLAN
 * tag and the switch's registers, none of which belongs to a flow.
 */
public enum ActionField {
    /** The port in 16 bits, the form that a learnt rule can output to. */
    NXM_OF_IN_PORT(0, 0, 16),
    NXM_OF_ETH_DST(0, 1, 48),
    NXM_OF_ETH_SRC(0, 2, 48),
    NXM_OF_ETH_TYPE(0, 3, 16),
    /** Priority, bit 0x1000 "there is a tag", VLAN number. */
    NXM_OF_VLAN_TCI(0, 4, 16),
    NXM_NX_REG0(1, 0, 32),
    NXM_NX_REG1(1, 1, 32);

    private final int fieldClass;
    private final int number;
    private final int bits;

    ActionField(int fieldClass, int number, int bits) {
        this.fieldClass = fieldClass;
        this.number = number;
        this.bits = bits;
    }

    public int fieldClass() {
        return fieldClass;
    }

    public int number() {
        return number;
    }

    public int bits() {
        return bits;
    }
}
