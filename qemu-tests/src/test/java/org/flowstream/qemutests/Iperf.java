package org.flowstream.qemutests;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/** What iperf3 reports in JSON. */
final class Iperf {
    private Iperf() {}

    static double receivedBitsPerSecond(String report) {
        try {
            return new ObjectMapper()
                    .readTree(report)
                    .at("/end/sum_received/bits_per_second")
                    .asDouble();
        } catch (JsonProcessingException e) {
            throw new AssertionError("not iperf3's JSON: " + report, e);
        }
    }
}
