package org.flowstream.openflow;

import java.util.HexFormat;
import java.util.Map;

/**
 * A switch's error message (OpenFlow 1.3.5, section 7.5.4).
 *
 * @param type what kind of message failed
 * @param code why; for the experimenter type, the experimenter's own number
 * @param data the start of the offending message, in hex
 */
public record OpenFlowError(int type, int code, String data) {
    private static final int EXPERIMENTER = 0xffff;
    private static final int NICIRA = 0x2320;

    private static final Map<Integer, String> TYPES = Map.ofEntries(
            Map.entry(0, "hello failed"),
            Map.entry(1, "bad request"),
            Map.entry(2, "bad action"),
            Map.entry(3, "bad instruction"),
            Map.entry(4, "bad match"),
            Map.entry(5, "flow-mod failed"),
            Map.entry(6, "group-mod failed"),
            Map.entry(7, "port-mod failed"),
            Map.entry(8, "table-mod failed"),
            Map.entry(10, "switch configuration failed"),
            Map.entry(13, "table features failed"),
            Map.entry(2300, "bundle failed"));

    /** By type and code, those that a fault of ours or a lost race can bring; others are shown by number. */
    private static final Map<Integer, String> CODES = Map.ofEntries(
            code(0, 0, "no common version"),
            code(1, 0, "version not known"),
            code(1, 1, "message type not known"),
            code(1, 3, "experimenter not known"),
            code(1, 5, "not permitted"),
            code(1, 6, "bad length"),
            code(1, 9, "bad table"),
            code(1, 11, "bad port"),
            code(1, 12, "bad packet"),
            code(2, 0, "action not known"),
            code(2, 1, "bad length"),
            code(2, 4, "no such port to output to"),
            code(2, 5, "bad argument"),
            code(2, 9, "no such group"),
            code(2, 10, "cannot be done with this match"),
            code(3, 2, "no such table to go to"),
            code(3, 0, "instruction not known"),
            code(4, 6, "field not known"),
            code(4, 7, "bad value of a field"),
            code(4, 8, "bad mask of a field"),
            code(4, 9, "a field that this field presupposes is absent"),
            code(4, 10, "field given twice"),
            code(5, 1, "table full"),
            code(5, 2, "no such table"),
            code(5, 3, "overlaps another rule"),
            code(5, 4, "not permitted"),
            code(6, 0, "the group exists already"),
            code(6, 1, "bad bucket"),
            code(6, 5, "groups in a loop"),
            code(6, 8, "no such group"),
            code(6, 12, "the group is in use"),
            code(7, 0, "no such port"),
            code(7, 1, "not this port's address"));

    private static Map.Entry<Integer, String> code(int type, int code, String words) {
        return Map.entry(type << 16 | code, words);
    }

    static OpenFlowError read(WireReader body) {
        int type = body.u16();
        int code = body.u16();
        return new OpenFlowError(type, code, body.hex());
    }

    /** {@code bad action, no such port to output to (2, 4)}. */
    @Override
    public String toString() {
        String numbers = " (" + type + ", " + code + ")";
        if (type == EXPERIMENTER && data.length() >= 16) {
            // Nicira's errors: experimenter number, then their own type and code (nicira-ext.h, struct
            // nx_vendor_error).
            WireReader inner = new WireReader(HexFormat.of().parseHex(data));
            if (inner.u32() == NICIRA) {
                OpenFlowError theirs = new OpenFlowError(inner.u16(), inner.u16(), "");
                return "Nicira's error " + code + ", " + theirs;
            }
            return "an experimenter's error" + numbers + " " + data.substring(0, 16);
        }
        String known = CODES.get(type << 16 | code);
        return TYPES.getOrDefault(type, "error") + (known == null ? "" : ", " + known) + numbers;
    }
}
