package org.flowstream.health;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.flowstream.image.FunctionTest;
import org.flowstream.image.Image;
import org.flowstream.image.ImageException;
import org.flowstream.model.ImageDigest;
import org.flowstream.openflow.OpenFlowConnection;
import org.flowstream.rules.RuleAction;
import org.flowstream.rules.SwitchPorts;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The level FUNCTION of one machine: it passes its image's tests once, before packets are steered to it, and is scrubbed
 * after each, so that nothing of them stays. For one thread; what has been found out is told to all.
 */
final class FunctionCheck {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionCheck.class);
    /** On a busy host a frame may be late or lost; what is wrong is wrong each time. */
    private static final int ATTEMPTS = 3;

    private final Watched watched;
    private final Watched.Switch openVswitch;
    private final Watched.Guest guest;
    private final ForwardingProbe probe;
    private final FrameCatch frames;
    private @Nullable Image prepared;
    private volatile @Nullable Found found;

    private record Found(ImageDigest image, Verdict verdict) {}

    /** How the level stands. */
    record Verdict(HealthReport.State state, String detail) {}

    FunctionCheck(
            Watched watched,
            Watched.Switch openVswitch,
            Watched.Guest guest,
            ForwardingProbe probe,
            FrameCatch frames) {
        this.watched = watched;
        this.openVswitch = openVswitch;
        this.guest = guest;
        this.probe = probe;
        this.frames = frames;
    }

    /** Gets hold of the image that the machine most likely runs. */
    void prepare(ImageDigest image) {
        try {
            prepared = guest.image(image);
        } catch (ImageException e) {
            LOG.debug("not prepared for the tests of {}: {}", watched.machine().name(), e.getMessage());
        }
    }

    /** Whether it is known of an image. */
    boolean isKnown(Optional<ImageDigest> image) {
        Found known = found;
        return known != null && image.equals(Optional.of(known.image));
    }

    /** Whether the machine did otherwise than its tests say: so would another start. */
    boolean hasFailed() {
        Found known = found;
        return known != null && known.verdict.state == HealthReport.State.BAD;
    }

    /**
     * Looks, where it is not known yet.
     *
     * @param runs the image that the machine runs
     * @param ways through the machine
     */
    Verdict look(ImageDigest runs, List<ForwardingProbe.Way> ways) throws InterruptedException {
        Found known = found;
        if (known != null && known.image.equals(runs)) {
            return known.verdict;
        }
        Optional<Watched.Exit> exit = openVswitch.exit(watched.machine(), watched.bridge());
        if (exit.isEmpty()) {
            return new Verdict(HealthReport.State.UNKNOWN, "its rules are not in the switch");
        }
        Optional<Image> ready =
                Optional.ofNullable(prepared).filter(it -> it.digest().equals(runs));
        prepared = null;
        try {
            Verdict verdict = exit.get().toUs()
                    ? judge(
                            ready.orElseGet(() -> guest.image(runs)),
                            ways,
                            exit.get().cookie())
                    : new Verdict(HealthReport.State.GOOD, "not tested: packets are steered to it");
            found = new Found(runs, verdict);
            return verdict;
        } catch (ImageException e) {
            return new Verdict(HealthReport.State.UNKNOWN, String.valueOf(e.getMessage()));
        }
    }

    private Verdict judge(Image image, List<ForwardingProbe.Way> ways, long cookie) throws InterruptedException {
        List<FunctionTest> tests = image.manifest().functionTests();
        if (tests.isEmpty()) {
            return new Verdict(HealthReport.State.GOOD, "no test for its parameters");
        }
        long begin = System.nanoTime();
        Optional<String> failure = Optional.empty();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            failure = fails(image, tests, ways, cookie);
            if (failure.isEmpty()) {
                return new Verdict(
                        HealthReport.State.GOOD,
                        String.format(
                                Locale.ROOT,
                                "%d test%s, %.1f ms",
                                tests.size(),
                                tests.size() == 1 ? "" : "s",
                                (System.nanoTime() - begin) / 1e6));
            }
        }
        return new Verdict(HealthReport.State.BAD, failure.orElseThrow());
    }

    private Optional<String> fails(Image image, List<FunctionTest> tests, List<ForwardingProbe.Way> ways, long cookie)
            throws InterruptedException {
        for (FunctionTest test : tests) {
            Optional<String> failure;
            try (FrameCatch.Caught caught = frames.open(
                    cookie, ways.stream().map(ForwardingProbe.Way::inPort).toList())) {
                failure = new FunctionTrial(
                                new Wire(openVswitch.connection(watched.bridge()), ways, caught), watched.machine())
                        .run(test);
            }
            try {
                guest.scrub(watched.machine().id(), image);
            } catch (IOException e) {
                return failure.or(() -> Optional.of(
                        "\"" + test.name() + "\": the machine cannot be put back after it: " + e.getMessage()));
            }
            if (failure.isPresent()) {
                return failure;
            }
        }
        return Optional.empty();
    }

    /** The machine's taps: in by packet-out, out by what the switch hands to us. */
    private final class Wire implements FunctionTrial.Line {
        private final OpenFlowConnection connection;
        private final List<ForwardingProbe.Way> ways;
        private final FrameCatch.Caught caught;

        Wire(OpenFlowConnection connection, List<ForwardingProbe.Way> ways, FrameCatch.Caught caught) {
            this.connection = connection;
            this.ways = ways;
            this.caught = caught;
        }

        @Override
        public void send(int device, byte[] frame) {
            connection.packetOut(
                    SwitchPorts.CONTROLLER,
                    List.of(RuleAction.output(ways.get(device).inPort())),
                    frame);
        }

        @Override
        public Optional<String> isTaken(List<Integer> devices) throws InterruptedException {
            ForwardingProbe.Outcome outcome =
                    probe.send(connection, devices.stream().map(ways::get).toList());
            return outcome.roundTrip().isPresent() ? Optional.empty() : Optional.of(outcome.detail());
        }

        @Override
        public void await(List<Integer> counts, Duration patience) throws InterruptedException {
            caught.await(counts, patience.toNanos());
        }

        @Override
        public List<byte[]> left(int device) {
            return caught.frames(device);
        }
    }
}
