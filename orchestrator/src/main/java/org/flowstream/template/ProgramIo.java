package org.flowstream.template;

import java.util.Locale;

/** How a program of the user's gets at the frames of its devices. */
public enum ProgramIo {
    /** Its devices are the host's taps themselves: descriptors 3, 4 and so on, one frame to each read and write. */
    TAP,
    /** Its devices are network interfaces by their names, in a network of its own: for sockets of any kind. */
    PACKET;

    /** The word in {@code template.json}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
