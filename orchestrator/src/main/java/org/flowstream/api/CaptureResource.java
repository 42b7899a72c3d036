package org.flowstream.api;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.flowstream.host.Capture;
import org.flowstream.host.FrameFilter;
import org.flowstream.model.DeviceWiring;
import org.flowstream.net.FlowMatch;
import org.flowstream.problem.BadValueException;
import org.flowstream.reconcile.Declarations;

/** {@code /v1/middleboxes/NAME/devices/DEVICE/capture}: the frames that pass a device, as pcapng. */
public final class CaptureResource {
    private static final int LONGEST_FRAME = 262_144;
    /** Each holds a thread and 4 MiB. */
    private static final int MOST_AT_ONCE = 16;

    private final Declarations declarations;
    private final Clock clock;
    private final Semaphore places = new Semaphore(MOST_AT_ONCE);

    public CaptureResource(Declarations declarations, Clock clock) {
        this.declarations = declarations;
        this.clock = clock;
    }

    public List<Route> routes() {
        return List.of(new Route("GET", "/v1/middleboxes/{name}/devices/{device}/capture", this::capture));
    }

    private Answer capture(Call call) {
        MiddleboxResource.Known known = MiddleboxResource.known(declarations, call);
        String device = call.path("device", text -> text);
        int index = known.spec().indexOf(device);
        if (index < 0) {
            String names =
                    known.spec().devices().stream().map(DeviceWiring::device).collect(Collectors.joining(", "));
            throw ApiProblem.notFound(
                    "'" + known.name() + "' has no device '" + device + "', but " + names,
                    "flowstream inspect " + known.name());
        }
        Capture.Request request = new Capture.Request(
                known.machine().portName(index).text(),
                known.name() + "." + device,
                call.query("match", text -> FrameFilter.of(FlowMatch.parse(text)))
                        .orElseGet(() -> FrameFilter.of(FlowMatch.ANY)),
                (int) number(call, "snaplen", 1, LONGEST_FRAME, LONGEST_FRAME),
                number(call, "count", 0, Long.MAX_VALUE, 0),
                Duration.ofMillis(
                        number(call, "duration", 0, Duration.ofDays(365).toMillis(), 0)));
        if (!places.tryAcquire()) {
            throw ApiProblem.unavailable(
                    MOST_AT_ONCE + " captures run already", "end one of them, which is to end its flowstream capture");
        }
        return open(request);
    }

    /** Opened before the answer begins, so that what fails is told as a problem. */
    private Answer open(Capture.Request request) {
        boolean good = false;
        try {
            Running running = new Running(Capture.open(request, clock), places);
            good = true;
            return new Answer.Stream("application/vnd.tcpdump.pcap", running);
        } catch (IOException e) {
            throw ApiProblem.unavailable(String.valueOf(e.getMessage()), "flowstream ps");
        } finally {
            if (!good) {
                places.release();
            }
        }
    }

    /** A capture in its place. */
    private record Running(Capture capture, Semaphore places) implements Answer.ByteWriter {
        @Override
        public void write(OutputStream out) throws IOException {
            capture.run(out);
        }

        @Override
        public void close() {
            capture.close();
            places.release();
        }
    }

    private static long number(Call call, String name, long least, long most, long fallback) {
        return call.query(name, text -> {
                    long value = Long.parseLong(text);
                    if (value < least || value > most) {
                        throw BadValueException.expected(text, "a number from " + least + " to " + most);
                    }
                    return value;
                })
                .orElse(fallback);
    }
}
