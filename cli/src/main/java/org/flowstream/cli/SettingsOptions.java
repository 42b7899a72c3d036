package org.flowstream.cli;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.flowstream.daemon.Settings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where the daemon keeps and finds things. */
final class SettingsOptions {
    @Option(
            names = "--state-folder",
            paramLabel = "FOLDER",
            description = "Store and images (default: $$FLOWSTREAM_STATE, else /var/lib/flowstream).")
    private @Nullable Path state;

    @Option(
            names = "--run-folder",
            paramLabel = "FOLDER",
            description = "Sockets and process id (default: $$FLOWSTREAM_RUN, else /run/flowstream).")
    private @Nullable Path run;

    @Option(
            names = "--log-folder",
            paramLabel = "FOLDER",
            description = "Log and consoles (default: $$FLOWSTREAM_LOG, else /var/log/flowstream).")
    private @Nullable Path log;

    @Option(
            names = "--libvirt",
            paramLabel = "URI",
            description =
                    "Connection to libvirt: QEMU's, or Xen's (xen:///system, xen+ssh://HOST/) (default: $$FLOWSTREAM_LIBVIRT,"
                            + " else qemu:///system).")
    private @Nullable String libvirt;

    @Option(
            names = "--ovsdb",
            paramLabel = "SOCKET",
            description = "Open vSwitch's database (default: $$FLOWSTREAM_OVSDB,%n"
                    + "else unix:/var/run/openvswitch/db.sock).")
    private @Nullable String ovsdb;

    @Option(
            names = "--own-bridge",
            paramLabel = "BRIDGE",
            description = "The bridge that is ours to make (default: $$FLOWSTREAM_BRIDGE, else flowstream).")
    private @Nullable String ownBridge;

    @Option(
            names = "--liveness",
            paramLabel = "DURATION",
            description = "How soon the switch by itself sees that a machine hangs, from 300ms to%n"
                    + "1min, or off (default: $$FLOWSTREAM_LIVENESS, else 1s).")
    private @Nullable String liveness;

    @Option(
            names = "--cpu-quota",
            paramLabel = "PERCENT",
            description = "What one machine may take of one processor, QEMU included, such as 100%%, or%n"
                    + "off (default: $$FLOWSTREAM_CPU_QUOTA, else 150%%).")
    private @Nullable String cpuQuota;

    Settings settings() {
        return settings("", "");
    }

    Settings settings(String group, String metrics) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        put(environment, "FLOWSTREAM_STATE", state);
        put(environment, "FLOWSTREAM_RUN", run);
        put(environment, "FLOWSTREAM_LOG", log);
        put(environment, "FLOWSTREAM_LIBVIRT", libvirt);
        put(environment, "FLOWSTREAM_OVSDB", ovsdb);
        put(environment, "FLOWSTREAM_BRIDGE", ownBridge);
        put(environment, "FLOWSTREAM_LIVENESS", liveness);
        put(environment, "FLOWSTREAM_CPU_QUOTA", cpuQuota);
        put(environment, "FLOWSTREAM_METRICS", metrics.isEmpty() ? null : metrics);
        put(environment, "FLOWSTREAM_GROUP", group.isEmpty() ? null : group);
        return Settings.of(environment);
    }

    private static void put(Map<String, String> environment, String name, @Nullable Object value) {
        if (value != null) {
            environment.put(name, value.toString());
        }
    }
}
