package org.flowstream.qemutests.model;

/**
 * What a box writes into a packet.
 *
 * @param version of its image
 * @param forward whether it came by the left side
 */
public record Mark(int box, int version, boolean forward) {
    @Override
    public String toString() {
        return "m" + box + "." + version + (forward ? ">" : "<");
    }
}
