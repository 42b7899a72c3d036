package org.flowstream.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.flowstream.domain.Places;
import org.flowstream.model.BridgeName;
import org.flowstream.model.Durations;
import org.flowstream.ovsdb.Bfd;
import org.flowstream.ovsdb.SwitchAddress;
import org.flowstream.problem.BadValueException;

/**
 * Where a daemon keeps and finds things. Each is an option of {@code daemon start} and a variable of the environment.
 *
 * @param libvirt the URI of the connection
 * @param group whose members may use the daemon beside root; empty for none
 * @param ownBridge that it makes and fills by itself
 * @param liveness within which the switch sees by itself that a machine hangs; empty: it does not look
 * @param cpuQuota what a machine may take of one processor, per cent; empty for no limit
 * @param metrics where it shows figures to a monitoring system beside its socket; empty for nowhere
 */
public record Settings(
        Places places,
        String libvirt,
        SwitchAddress openVswitch,
        String group,
        BridgeName ownBridge,
        Optional<Duration> liveness,
        Optional<Integer> cpuQuota,
        Optional<ListenAddress> metrics) {
    private static final String STATE = "FLOWSTREAM_STATE";
    private static final String RUN = "FLOWSTREAM_RUN";
    private static final String LOG = "FLOWSTREAM_LOG";
    private static final String LIBVIRT = "FLOWSTREAM_LIBVIRT";
    private static final String OVSDB = "FLOWSTREAM_OVSDB";
    private static final String GROUP = "FLOWSTREAM_GROUP";
    private static final String BRIDGE = "FLOWSTREAM_BRIDGE";
    private static final String LIVENESS = "FLOWSTREAM_LIVENESS";
    private static final String CPU_QUOTA = "FLOWSTREAM_CPU_QUOTA";
    private static final String METRICS = "FLOWSTREAM_METRICS";
    private static final String OFF = "off";
    private static final int LEAST_CPU_QUOTA = 10;

    private static Optional<Duration> liveness(String text) {
        return text.equals(OFF) ? Optional.empty() : Optional.of(Bfd.requireDetection(Durations.parse(text)));
    }

    private static Optional<Integer> cpuQuota(String text) {
        if (text.equals(OFF)) {
            return Optional.empty();
        }
        if (!text.matches("[0-9]{1,4}%") || Integer.parseInt(text, 0, text.length() - 1, 10) < LEAST_CPU_QUOTA) {
            throw BadValueException.expected(text, "a part of one processor from 10% to 9999%, or off");
        }
        return Optional.of(Integer.parseInt(text, 0, text.length() - 1, 10));
    }

    /** What an environment says; the ordinary places where it is silent. */
    public static Settings of(Map<String, String> environment) {
        Places standard = Places.STANDARD;
        return new Settings(
                new Places(
                        Path.of(environment.getOrDefault(STATE, standard.state().toString())),
                        Path.of(environment.getOrDefault(RUN, standard.run().toString())),
                        Path.of(environment.getOrDefault(LOG, standard.log().toString()))),
                environment.getOrDefault(LIBVIRT, "qemu:///system"),
                SwitchAddress.parse(environment.getOrDefault(OVSDB, "unix:/var/run/openvswitch/db.sock")),
                environment.getOrDefault(GROUP, ""),
                BridgeName.parse(environment.getOrDefault(BRIDGE, "flowstream")),
                liveness(environment.getOrDefault(LIVENESS, "1s")),
                cpuQuota(environment.getOrDefault(CPU_QUOTA, "150%")),
                Optional.of(environment.getOrDefault(METRICS, ""))
                        .filter(text -> !text.isEmpty())
                        .map(ListenAddress::parse));
    }

    /** The environment that {@link #of} takes back. */
    public Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>();
        environment.put(STATE, places.state().toString());
        environment.put(RUN, places.run().toString());
        environment.put(LOG, places.log().toString());
        environment.put(LIBVIRT, libvirt);
        environment.put(OVSDB, openVswitch.toString());
        environment.put(GROUP, group);
        environment.put(BRIDGE, ownBridge.toString());
        environment.put(LIVENESS, liveness.map(Durations::text).orElse(OFF));
        environment.put(CPU_QUOTA, cpuQuota.map(percent -> percent + "%").orElse(OFF));
        environment.put(METRICS, metrics.map(ListenAddress::toString).orElse(""));
        return environment;
    }

    public Path apiSocket() {
        return places.run().resolve("api.sock");
    }

    public Path pidFile() {
        return places.run().resolve("daemon.pid");
    }

    public Path daemonLog() {
        return places.log().resolve("daemon.log");
    }

    /** The process of the daemon that works here, as far as its file tells and the process lives. */
    public Optional<ProcessHandle> process() {
        try {
            return ProcessHandle.of(Long.parseLong(Files.readString(pidFile()).strip()))
                    .filter(ProcessHandle::isAlive);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty(); // no file, or one that a dying daemon left half-written: there is none
        }
    }
}
