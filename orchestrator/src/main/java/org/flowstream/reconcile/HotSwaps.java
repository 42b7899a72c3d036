package org.flowstream.reconcile;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.flowstream.control.ControlPort;
import org.flowstream.control.HandlerException;
import org.flowstream.control.Swap;
import org.flowstream.domain.Places;
import org.flowstream.health.HealthMonitor;
import org.flowstream.image.Image;
import org.flowstream.image.ImageException;
import org.flowstream.image.ImageStore;
import org.flowstream.image.Runtimes;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.plan.Action;
import org.flowstream.plan.ObservedMachine;

/** Images that change under running machines: what each runs, what it can take, and the taking. */
final class HotSwaps {
    private static final Duration BOUND = Duration.ofSeconds(10);

    private final Places places;
    private final ImageStore images;
    private final HealthMonitor health;
    private final Runtimes runtimes = Runtimes.ofProgram();
    /** The runtime that an image was built on, empty of something of the user's; an image never changes. */
    private final Map<ImageDigest, String> built = new ConcurrentHashMap<>();

    HotSwaps(Places places, ImageStore images, HealthMonitor health) {
        this.places = places;
        this.images = images;
        this.health = health;
    }

    /**
     * A machine as its guest tells it. One that is paused tells nothing now, and may have taken an image before.
     *
     * @param started the machine with the image that it was started with
     * @param wanted the image that is declared for it
     */
    ObservedMachine see(ObservedMachine started, Optional<ImageDigest> wanted) {
        if (started.power() != ObservedMachine.Power.RUNNING && started.power() != ObservedMachine.Power.PAUSED) {
            return started;
        }
        if (isForeign(started.image())) {
            return started; // it runs what it was started with, and nobody can tell it otherwise
        }
        Optional<ImageDigest> runs = health.runs(started.id());
        ImageDigest image = runs.orElse(started.image());
        return started.seen(
                image,
                runs.isPresent(),
                wanted.filter(it -> runs.isPresent() && !it.equals(image) && takes(started.image(), it)));
    }

    /** Of an image that is here no more nothing is known: it is taken for the engine's. */
    private boolean isForeign(ImageDigest image) {
        try {
            return runtime(image).isEmpty();
        } catch (ImageException e) {
            return false;
        }
    }

    /** The machine's runtime came with the image that it was started with, and stays. */
    private boolean takes(ImageDigest started, ImageDigest wanted) {
        try {
            return !isForeign(wanted) && runtimes.takes(runtime(started), runtime(wanted));
        } catch (ImageException e) {
            return false; // one of them is not in the store: the way by a restart says what is wrong
        }
    }

    private String runtime(ImageDigest image) {
        return built.computeIfAbsent(
                image, digest -> images.get(digest).manifest().runtime());
    }

    /** Has a machine take an image; what it refuses is {@link WorldException#isRefusal}. */
    void swap(Action.SwapImage swap) {
        MachineId id = swap.machine().id();
        try {
            Image image = images.get(swap.to());
            new ControlPort(places.control(id), BOUND).talk(session -> {
                Swap.take(session, image);
                return image;
            });
            health.swapped(id, image.digest());
        } catch (ImageException e) {
            throw new WorldException("images", String.valueOf(e.getMessage()), e);
        } catch (HandlerException e) {
            throw WorldException.refusal(
                    "guest", "it goes on with image " + swap.from().abbreviated() + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new WorldException("guest", String.valueOf(e.getMessage()), e);
        }
    }
}
