package org.flowstream.image;

import java.util.Objects;

/** Why a file is no image, or could not be read or written. The message names the file and is meant for the user. */
public final class ImageException extends RuntimeException {
    ImageException(String message) {
        super(message);
    }

    ImageException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage(), "a message is always given");
    }
}
