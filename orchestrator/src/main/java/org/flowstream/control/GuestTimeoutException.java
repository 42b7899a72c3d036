package org.flowstream.control;

import java.io.IOException;

/** The guest, or QEMU, did not answer in time: it hangs, it is stopped, or it is very busy. */
public final class GuestTimeoutException extends IOException {
    GuestTimeoutException(String message) {
        super(message);
    }
}
