package org.flowstream.daemon;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.flowstream.problem.BadValueException;

/**
 * Where the daemon keeps and finds things. Each is an option of {@code daemon start} and a variable of the
 * environment.
 *
 * @param state what must outlive a reboot: the store and the images
 * @param run what need not: sockets and the process id
 * @param log the daemon's log and the guests' consoles
 * @param libvirt the URI of the connection
 * @param switchDatabase {@code unix:PATH} of Open vSwitch's database
 */
public record Places(Path state, Path run, Path log, String libvirt, String switchDatabase) {
    private static final String STATE = "FLOWSTREAM_STATE";
    private static final String RUN = "FLOWSTREAM_RUN";
    private static final String LOG = "FLOWSTREAM_LOG";
    private static final String LIBVIRT = "FLOWSTREAM_LIBVIRT";
    private static final String OVSDB = "FLOWSTREAM_OVSDB";

    public Places {
        for (Path path : List.of(state, run, log)) {
            if (!path.isAbsolute()) {
                throw BadValueException.expected(path.toString(), "an absolute path");
            }
        }
    }

    /** The places that an environment names, the ordinary ones where it is silent. */
    public static Places of(Map<String, String> environment) {
        return new Places(
                Path.of(environment.getOrDefault(STATE, "/var/lib/flowstream")),
                Path.of(environment.getOrDefault(RUN, "/run/flowstream")),
                Path.of(environment.getOrDefault(LOG, "/var/log/flowstream")),
                environment.getOrDefault(LIBVIRT, "qemu:///system"),
                environment.getOrDefault(OVSDB, "unix:/var/run/openvswitch/db.sock"));
    }

    /** The environment that {@link #of} takes back. */
    public Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>();
        environment.put(STATE, state.toString());
        environment.put(RUN, run.toString());
        environment.put(LOG, log.toString());
        environment.put(LIBVIRT, libvirt);
        environment.put(OVSDB, switchDatabase);
        return environment;
    }

    public Path apiSocket() {
        return run.resolve("api.sock");
    }

    public Path pidFile() {
        return run.resolve("daemon.pid");
    }

    public Path images() {
        return state.resolve("images");
    }

    public Path machines() {
        return run.resolve("machines");
    }

    public Path daemonLog() {
        return log.resolve("daemon.log");
    }

    /** The path of the switch database's socket. */
    public Path switchSocket() {
        if (!switchDatabase.startsWith("unix:/")) {
            throw BadValueException.expected(switchDatabase, "a switch database as unix:/PATH");
        }
        return Path.of(switchDatabase.substring("unix:".length()));
    }

    /** The process of the daemon that works here, as far as its file tells and the process lives. */
    public Optional<ProcessHandle> process() {
        try {
            return ProcessHandle.of(Long.parseLong(
                            java.nio.file.Files.readString(pidFile()).strip()))
                    .filter(ProcessHandle::isAlive);
        } catch (java.io.IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The places as words for a message. */
    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        environment().forEach((name, value) -> words.add(name + "=" + value));
        return String.join(" ", words);
    }
}
