package org.flowstream.control;

import java.io.IOException;
import org.flowstream.image.Image;
import org.flowstream.image.SwapMessage;
import org.flowstream.model.ImageDigest;

/** Has a running machine take another image in place of the one that it runs. */
public final class Swap {
    private static final String KEEPING = "image";
    private static final String SCRUBBING = "scrub";

    private Swap() {}

    /**
     * The machine takes the image; elements of the same name and class keep their state. It is done when this returns.
     *
     * @throws HandlerException when the machine refuses it, with all that is wrong; it goes on as it was
     */
    public static void take(ControlClient session, Image image) throws IOException {
        write(session, KEEPING, image);
    }

    /**
     * The machine takes the image, which is an empty one for most callers, and keeps nothing of what it had: its memory
     * holds no byte of the packets, the state or the configuration from before.
     *
     * @throws HandlerException when the machine refuses it, or something is left: whoever gets this ends the machine
     */
    public static void scrub(ControlClient session, Image image) throws IOException {
        write(session, SCRUBBING, image);
    }

    /** The same in a session of its own. */
    public static void scrub(ControlPort port, Image image) throws IOException {
        port.talk(session -> {
            scrub(session, image);
            return image;
        });
    }

    private static void write(ControlClient session, String handler, Image image) throws IOException {
        session.write(handler, SwapMessage.of(image));
        ImageDigest now = ImageDigest.parse(session.text("digest").strip());
        if (!now.equals(image.digest())) {
            throw new IOException("the machine was given " + image.digest().abbreviated() + " and says that it runs "
                    + now.abbreviated());
        }
    }
}
