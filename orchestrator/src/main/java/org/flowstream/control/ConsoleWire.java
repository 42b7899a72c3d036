package org.flowstream.control;

import java.io.IOException;

/** The way to a machine's console; what comes back is given to {@link FramedConsole#take}. */
@FunctionalInterface
public interface ConsoleWire {
    /**
     * Writes all of it, waiting for room if need be, with a bound.
     *
     * @throws IOException when the machine reads nothing, or the console is gone
     */
    void write(byte[] bytes) throws IOException;
}
