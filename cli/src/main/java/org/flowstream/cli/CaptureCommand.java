package org.flowstream.cli;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.flowstream.host.FrameFilter;
import org.flowstream.model.Durations;
import org.flowstream.net.FlowMatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flowstream capture}: the frames that pass a device, as pcapng. */
@Command(
        name = "capture",
        description = {
            "Writes the frames that pass a middlebox's device, both directions, as pcapng: inbound is what comes into the"
                    + " middlebox. The frames themselves never wait; copies that nobody took in time are lost, and told.",
            "It ends at Ctrl-C, after --count frames or after --duration, and goes on while the machine restarts."
        },
        footer = {
            "",
            "Example:",
            "  flowstream capture fw outside -w fw.pcapng --duration 10s",
            "  flowstream capture fw outside -w - | tshark -r -",
            "  flowstream capture fw outside --match udp,tp_dst=53 -w dns.pcapng"
        })
final class CaptureCommand extends DaemonCommand {
    private static final int LONGEST_FRAME = 262_144;

    @Parameters(index = "0", paramLabel = "NAME", description = "The middlebox.")
    private String name;

    @Parameters(index = "1", paramLabel = "DEVICE", description = "Its device, as the template calls it.")
    private String device;

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            required = true,
            description = "The file to write; - is standard output.")
    private String file;

    @Option(
            names = "--match",
            paramLabel = "MATCH",
            defaultValue = "",
            description = "The frames of this flow and of its answers alone, written as ovs-ofctl writes matches.")
    private String match;

    @Option(names = "--count", paramLabel = "COUNT", defaultValue = "0", description = "End after so many frames.")
    private long count;

    @Option(names = "--duration", paramLabel = "TIME", description = "End after so long, such as 10s.")
    private @Nullable String duration;

    @Option(
            names = "--snaplen",
            paramLabel = "BYTES",
            defaultValue = "" + LONGEST_FRAME,
            description = "Bytes to keep of each frame (default: ${DEFAULT-VALUE}).")
    private int snaplen;

    @Override
    public Integer call() {
        if (count < 0 || snaplen < 1 || snaplen > LONGEST_FRAME) {
            throw CommandFailure.usage("--count is 0 or more, and --snaplen from 1 to " + LONGEST_FRAME);
        }
        OptionValue.of("--match", () -> FrameFilter.of(FlowMatch.parse(match)));
        String text = duration;
        Duration time = text == null ? Duration.ZERO : OptionValue.of("--duration", () -> Durations.parse(text));
        String path = "/v1/middleboxes/" + ApiClient.segment(name) + "/devices/" + ApiClient.segment(device)
                + "/capture?count=" + count + "&duration=" + time.toMillis() + "&snaplen=" + snaplen + "&match="
                + ApiClient.segment(match);
        CaptureTally tally = new CaptureTally();
        // Ctrl-C is how most captures end: what is told then is told by the process's end.
        Thread atEnd = new Thread(() -> tell(tally), "capture's end");
        Runtime.getRuntime().addShutdownHook(atEnd);
        client().stream(path, in -> copy(in, tally));
        Runtime.getRuntime().removeShutdownHook(atEnd);
        tell(tally);
        return 0;
    }

    private void copy(InputStream in, CaptureTally tally) throws IOException {
        try (OutputStream out = open()) {
            byte[] bytes = new byte[1 << 16];
            for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                tally.take(bytes, length);
                write(out, bytes, length);
            }
        }
    }

    private void write(OutputStream out, byte[] bytes, int length) {
        try {
            out.write(bytes, 0, length);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private CommandFailure unwritable(IOException e) {
        return new CommandFailure(file + " cannot be written: " + e.getMessage());
    }

    private OutputStream open() {
        try {
            return file.equals("-")
                    ? new FileOutputStream(java.io.FileDescriptor.out)
                    : Files.newOutputStream(Path.of(file));
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private void tell(CaptureTally tally) {
        terminal().err().println(tally);
        terminal().err().flush();
    }
}
