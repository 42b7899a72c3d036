package org.flowstream.qemutests;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;

/** What iperf3 reports in JSON. */
final class Iperf {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private Iperf() {}

    /** What arrives when iperf3 is run. Where the host is busy, its server may still be at the end of the run before. */
    static double receivedBitsPerSecond(Command client) {
        String[] report = {""};
        Wait.until("iperf3's server to be free", BOUND, () -> {
            report[0] = client.run().out();
            return !report[0].contains("the server is busy");
        });
        return receivedBitsPerSecond(report[0]);
    }

    /** What arrived; fails with iperf3's own words when it could not measure. */
    static double receivedBitsPerSecond(String report) {
        try {
            JsonNode told = new ObjectMapper().readTree(report);
            if (told.hasNonNull("error")) {
                throw new AssertionError("iperf3: " + told.path("error").asText());
            }
            return told.at("/end/sum_received/bits_per_second").asDouble();
        } catch (JsonProcessingException e) {
            throw new AssertionError("not iperf3's JSON: " + report, e);
        }
    }
}
