package org.flowstream.reconcile;

import java.io.IOException;
import java.time.Duration;
import org.flowstream.control.ControlPort;
import org.flowstream.control.Swap;
import org.flowstream.domain.Places;
import org.flowstream.health.Watched;
import org.flowstream.image.Image;
import org.flowstream.image.ImageStore;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;

/** Guests that are tested, by their control ports. */
record TestedGuests(Places places, ImageStore images) implements Watched.Guest {
    private static final Duration BOUND = Duration.ofSeconds(5);

    @Override
    public Image image(ImageDigest image) {
        return images.get(image);
    }

    @Override
    public void scrub(MachineId machine, Image image) throws IOException {
        Swap.scrub(new ControlPort(places.control(machine), BOUND), image);
    }
}
