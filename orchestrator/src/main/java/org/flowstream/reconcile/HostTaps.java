package org.flowstream.reconcile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.flowstream.host.Program;
import org.flowstream.model.Installation;
import org.flowstream.model.MachineId;
import org.flowstream.model.PortName;
import org.flowstream.problem.BadValueException;

/** The persistent taps of machines, as the kernel has them: ours bear the installation in their alias. */
final class HostTaps {
    private static final Path LINKS = Path.of("/sys/class/net");
    private static final String TAG = "flowstream ";

    private final Installation installation;
    private final String user;

    /** @param user that QEMU runs as */
    HostTaps(Installation installation, String user) {
        this.installation = installation;
        this.user = user;
    }

    Set<PortName> observe() {
        Set<PortName> taps = new TreeSet<>();
        try (Stream<Path> links = Files.list(LINKS)) {
            for (Path link : (Iterable<Path>) links::iterator) {
                String name = String.valueOf(link.getFileName());
                if (name.startsWith("fs") && alias(link).equals(TAG + installation) && isMachines(name)) {
                    taps.add(PortName.parse(name));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return taps;
    }

    private static boolean isMachines(String name) {
        try {
            return MachineId.ofPort(PortName.parse(name)).isPresent();
        } catch (BadValueException e) {
            return false;
        }
    }

    private static String alias(Path link) throws IOException {
        try {
            return Files.readString(link.resolve("ifalias")).strip();
        } catch (NoSuchFileException e) {
            return ""; // it went while we looked
        }
    }

    void create(List<PortName> taps) {
        Set<PortName> there = observe();
        for (PortName tap : taps) {
            if (!there.contains(tap)) {
                run("ip", "tuntap", "add", "dev", tap.text(), "mode", "tap", "user", user, "vnet_hdr");
                run("ip", "link", "set", "dev", tap.text(), "alias", TAG + installation, "up");
            }
        }
    }

    void delete(List<PortName> taps) {
        Set<PortName> there = observe();
        for (PortName tap : taps) {
            if (there.contains(tap)) {
                run("ip", "tuntap", "del", "dev", tap.text(), "mode", "tap");
            }
        }
    }

    private static void run(String... argv) {
        try {
            Program.Output output = Program.run(List.of(argv));
            if (!output.ok()) {
                throw new WorldException("kernel", String.join(" ", argv) + ": " + output.complaint());
            }
        } catch (IOException e) {
            throw new WorldException("kernel", String.join(" ", argv) + ": " + e.getMessage(), e);
        }
    }
}
