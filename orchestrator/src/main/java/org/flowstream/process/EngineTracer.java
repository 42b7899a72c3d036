package org.flowstream.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowstream.host.Program;
import org.flowstream.net.MacAddress;

/** Runs an image on the engine as a process with one frame, in virtual time, and asks where the frame goes. */
public final class EngineTracer {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String REFUSED = "REFUSED ";

    private final EngineProgram engine;

    public EngineTracer(EngineProgram engine) {
        this.engine = engine;
    }

    /**
     * Traces a frame.
     *
     * @param image the image's file
     * @param addresses of its devices, in order
     * @param device the number of the device by which the frame comes
     * @param time when it comes, nanoseconds since 1970
     * @param state what handlers are given before it comes, unless they read so already; bytes as the engine takes them
     * @throws IOException when the engine does not run the image
     */
    public EngineTrace trace(
            Path image, List<MacAddress> addresses, int device, byte[] frame, long time, Map<String, byte[]> state)
            throws IOException {
        try (TemporaryFolder folder = new TemporaryFolder()) {
            Path told = folder.resolve("trace");
            List<String> argv = new ArrayList<>(List.of(
                    engine.file().toString(),
                    image.toString(),
                    "--simtime",
                    "--seed",
                    "1",
                    "--trace",
                    told.toString()));
            for (int i = 0; i < addresses.size(); i++) {
                String in = "";
                if (i == device) {
                    in = folder.resolve("in.pcap").toString();
                    PcapFile.write(folder.resolve("in.pcap"), List.of(new PcapFile.Entry(time, frame)));
                }
                argv.addAll(List.of("--device", i + "=pcap:" + in, "--mac", i + "=" + addresses.get(i)));
            }
            int number = 0;
            for (Map.Entry<String, byte[]> each : state.entrySet()) {
                Path value = folder.resolve("value" + number++);
                Files.write(value, each.getValue());
                argv.addAll(List.of("--write", each.getKey() + "=" + value));
            }
            Program.Output output = Program.run(argv, BOUND);
            if (!output.ok()) {
                throw new IOException("the engine ended with status " + output.status() + ": " + output.complaint());
            }
            List<String> refused = output.err()
                    .lines()
                    .filter(line -> line.startsWith(REFUSED))
                    .map(line -> line.substring(REFUSED.length()))
                    .toList();
            return new EngineTrace(EngineTrace.parse(Files.readAllLines(told)), refused);
        }
    }
}
