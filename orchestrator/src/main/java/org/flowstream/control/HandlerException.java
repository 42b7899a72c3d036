package org.flowstream.control;

import java.io.IOException;

/** The guest answered, and its answer is that the handler cannot be read or written so. */
public final class HandlerException extends IOException {
    private final int code;

    HandlerException(int code, String message) {
        super(message);
        this.code = code;
    }

    /** The ControlSocket code: 500 syntax, 501 unimplemented, 510 no element, 511 no handler, 520 error in it, 530. */
    public int code() {
        return code;
    }
}
