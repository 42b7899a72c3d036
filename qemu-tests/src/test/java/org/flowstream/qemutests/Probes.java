package org.flowstream.qemutests;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.flowstream.net.MacAddress;
import org.flowstream.qemutests.model.Header;

/** Sends probes from endpoints and hears of those that arrive; one process that stands in all their namespaces. */
final class Probes implements AutoCloseable {
    private final List<MacAddress> addresses;
    private final Process process;
    private final BufferedWriter to;
    private final BufferedReader from;
    private long latest;

    private Probes(List<MacAddress> addresses, Process process) {
        this.addresses = addresses;
        this.process = process;
        this.to = process.outputWriter(StandardCharsets.US_ASCII);
        this.from = process.inputReader(StandardCharsets.US_ASCII);
    }

    static Probes start(List<Endpoint> endpoints) {
        List<String> argv =
                new ArrayList<>(List.of("python3", Resources.path("probes.py").toString()));
        endpoints.forEach(endpoint -> argv.add(endpoint.namespace()));
        try {
            Process process = new ProcessBuilder(argv)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            return new Probes(
                    endpoints.stream()
                            .map(endpoint -> MacAddress.parse(endpoint.mac()))
                            .toList(),
                    process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The number of the latest probe. */
    long latest() {
        return latest;
    }

    /**
     * Sends probes, which get the numbers after {@link #latest}, and answers with all that arrived since the last time.
     *
     * @param expected how many to wait for, at most so long
     */
    List<ProbeFrame.Arrival> send(List<Header> headers, int expected, Duration patience) {
        try {
            for (Header header : headers) {
                byte[] frame = ProbeFrame.of(header, ++latest, addresses);
                to.write("send " + header.from() + " " + HexFormat.of().formatHex(frame) + "\n");
            }
            to.write("go " + patience.toMillis() + " " + expected + "\n");
            to.flush();
            List<ProbeFrame.Arrival> arrivals = new ArrayList<>();
            for (String line = from.readLine(); !"end".equals(line); line = from.readLine()) {
                if (line == null) {
                    throw new AssertionError("the process that sends probes has ended");
                }
                int blank = line.indexOf(' ');
                arrivals.add(ProbeFrame.read(
                        Integer.parseInt(line, 0, blank, 10), HexFormat.of().parseHex(line.substring(blank + 1))));
            }
            return arrivals;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
