package org.flowstream.rules;

import java.util.Locale;

/**
 * Some consecutive bits of a field, as Nicira's actions address them.
 *
 * @param offset of the lowest bit, 0 being the field's lowest
 * @param bits at least 1
 */
public record Subfield(ActionField field, int offset, int bits) {
    public Subfield {
        if (offset < 0 || bits < 1 || offset + bits > field.bits()) {
            throw new IllegalArgumentException(
                    field + " has no bits " + offset + " to " + (offset + bits - 1) + ", but " + field.bits());
        }
    }

    /** The whole field. */
    public static Subfield all(ActionField field) {
        return new Subfield(field, 0, field.bits());
    }

    /** {@code NXM_OF_VLAN_TCI[0..11]}; the whole field has empty brackets. */
    @Override
    public String toString() {
        if (offset == 0 && bits == field.bits()) {
            return field + "[]";
        }
        return String.format(Locale.ROOT, "%s[%d..%d]", field, offset, offset + bits - 1);
    }
}
