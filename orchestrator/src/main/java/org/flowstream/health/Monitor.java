package org.flowstream.health;

import java.util.Optional;
import org.flowstream.model.ImageDigest;

/** The watch over one machine. Safe for all threads. */
interface Monitor {
    /** What it watches. */
    Watched watched();

    /** Begins. */
    void start();

    /** Ends, and tells nothing more. */
    void close();

    /** Takes note that the machine has been started: what comes now is the guest's own time. */
    void started();

    /** Whether all levels hold that are asked for. */
    boolean isReady();

    /** Whether it was ready once. */
    boolean wasReady();

    /** Whether it is to be started anew. */
    boolean isUnwell();

    /** Whether it does otherwise than its tests say. */
    boolean hasFailed();

    /** The image that the guest says it runs; empty until it has said so, and for one that says nothing. */
    Optional<ImageDigest> runs();

    /** It has said elsewhere that it runs another image now. */
    void swapped(ImageDigest image);

    /** The switch hears the machine by itself, or does not. */
    void heard(boolean now);

    /** What is known of it. */
    HealthReport report();

    /** The same for someone who looks, and wants it fresh. */
    HealthReport look();

    /** How it came to be ready; empty before. */
    Optional<HealthMonitor.Birth> birth();
}
