package org.flowstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import picocli.CommandLine.Command;

/** {@code flowstream metrics}: the daemon's figures as a monitoring system reads them. */
@Command(
        name = "metrics",
        description = "Prints the daemon's figures in Prometheus' text format.",
        footer = {
            "",
            "A monitoring system reads the same at the daemon's socket (GET /metrics), or at a TCP port:",
            "flowstream daemon start --metrics 127.0.0.1:9469.",
            "",
            "Example:",
            "  flowstream metrics | grep flowstream_dropped"
        })
final class MetricsCommand extends DaemonCommand {
    @Override
    public Integer call() {
        out().print(new String(client().bytes("/metrics"), UTF_8));
        out().flush();
        return 0;
    }
}
