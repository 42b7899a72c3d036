package org.flowstream.rules;

import org.flowstream.net.FlowMatch;
import org.flowstream.net.MacAddress;
import org.flowstream.net.MaskedValue;
import org.flowstream.net.MatchField;

/**
 * The frames of BFD between the switch and a machine, as rules see those that are not the switch's own: strangers' that
 * pretend to be from it, and a machine's that the switch does not listen to any more. What the switch itself sends meets
 * no rule, and what it listens to is taken before the first.
 */
public final class BfdFrames {
    /** The address by which the switch speaks BFD; a guest takes BFD from it alone ({@code engine/bfd.c}). */
    public static final MacAddress SWITCH = MacAddress.parse("fe:46:46:53:42:44");

    private BfdFrames() {}

    /** What claims to come from the switch to a device. */
    static FlowMatch to(MacAddress device) {
        return address(MatchField.ETH_SRC, SWITCH)
                .with(MatchField.ETH_DST, MaskedValue.exact(device.bits(), MatchField.ETH_DST.bits()));
    }

    /** What goes to the switch. */
    static FlowMatch toSwitch() {
        return address(MatchField.ETH_DST, SWITCH);
    }

    private static FlowMatch address(MatchField field, MacAddress address) {
        return FlowMatch.ANY.with(field, MaskedValue.exact(address.bits(), field.bits()));
    }
}
