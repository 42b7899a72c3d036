package org.flowstream.image;

import java.util.Arrays;

/** What is written to a running machine's handler {@code image}: the image's segment behind its SHA-256. */
public final class SwapMessage {
    private SwapMessage() {}

    /** The message that has a machine take the configuration of an image. */
    public static byte[] of(Image image) {
        byte[] segment = ImageFile.segment(image);
        byte[] message = Arrays.copyOf(Sha256.of(segment, segment.length), Sha256.SIZE + segment.length);
        System.arraycopy(segment, 0, message, Sha256.SIZE, segment.length);
        return message;
    }
}
