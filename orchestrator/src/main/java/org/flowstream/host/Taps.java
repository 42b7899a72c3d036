package org.flowstream.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flowstream.model.Installation;
import org.flowstream.model.PortName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Persistent taps: the host's side of machines' devices. They stay when QEMU ends, so that a port keeps its number, and go
 * by what tags them: the interface's alias, {@code flowstream:} and the installation.
 */
public final class Taps {
    private static final Logger LOG = LoggerFactory.getLogger(Taps.class);
    private static final String TAG = "flowstream:";
    private static final int IFF_UP = 1;
    private static final int IFF_PROMISC = 0x100;
    private static final Path LINKS = Path.of("/sys/class/net");
    private static final Path SETTINGS = Path.of("/proc/sys/net");

    private final Installation installation;
    private final String user;

    /**
     * The taps of an installation.
     *
     * @param user who may open them: QEMU's user, {@code libvirt-qemu} on Debian
     */
    public Taps(Installation installation, String user) {
        this.installation = installation;
        this.user = user;
    }

    /** The taps that carry this installation's tag. */
    public Set<PortName> list() {
        return tagged((TAG + installation)::equals);
    }

    /** All taps of ours on this host, by whose they are. */
    public static Map<Installation, Set<PortName>> byInstallation() {
        Map<Installation, Set<PortName>> all = new HashMap<>();
        for (PortName tap : tagged(alias -> alias.startsWith(TAG + "/"))) {
            Installation whose = Installation.parse(alias(tap.text()).substring(TAG.length()));
            all.computeIfAbsent(whose, each -> new TreeSet<>()).add(tap);
        }
        return all;
    }

    private static Set<PortName> tagged(Predicate<String> wanted) {
        Set<PortName> taps = new TreeSet<>();
        links().stream()
                .filter(name -> isTap(name) && wanted.test(alias(name)))
                .forEach(name -> taps.add(new PortName(name)));
        return taps;
    }

    /** The names of all interfaces of this host. */
    static Set<String> links() {
        try (Stream<Path> links = Files.list(LINKS)) {
            return links.map(link -> String.valueOf(link.getFileName())).collect(Collectors.toSet());
        } catch (IOException e) {
            throw new HostException("cannot list " + LINKS + ": " + e.getMessage(), e);
        }
    }

    /** Whether an interface is a tap that carries this installation's tag. */
    boolean isOurs(String name) {
        return isTap(name) && alias(name).equals(TAG + installation);
    }

    private static boolean isTap(String name) {
        return Files.exists(LINKS.resolve(name).resolve("tun_flags"));
    }

    /** The text attached to an interface; empty for none, and when it is gone. */
    private static String alias(String name) {
        try {
            return Files.readString(LINKS.resolve(name).resolve("ifalias")).strip();
        } catch (IOException e) {
            // Absent, or the interface ended while we read: either way nothing is attached to it.
            return "";
        }
    }

    /**
     * Makes those of some taps that are missing, closed to the host's own stack and down: what happens to an interface that
     * is down does not concern a switch, which looks at all its ports whenever one that is up changes. They are raised when
     * the switch gets them.
     *
     * @throws HostException if a name is another's; what was made is then gone again
     */
    public void create(List<PortName> wanted) {
        List<PortName> missing = new ArrayList<>();
        for (PortName tap : wanted) {
            if (!Files.exists(LINKS.resolve(tap.text()))) {
                missing.add(tap);
            } else if (!isOurs(tap.text())) {
                throw new HostException("interface '" + tap + "' exists and is not ours");
            }
        }
        List<PortName> made = new ArrayList<>();
        boolean done = false;
        try {
            for (PortName tap : missing) {
                // By files: a process for each step took most of a tap's time.
                Path alias = LINKS.resolve(tap.text()).resolve("ifalias");
                TapDevice.create(tap, user, () -> write(alias, TAG + installation));
                made.add(tap);
            }
            missing.forEach(Taps::closeToHost);
            done = true;
        } finally {
            if (!done) {
                made.forEach(tap -> Tool.HERE.ask("ip", "link", "delete", "dev", tap.text()));
            }
        }
    }

    /**
     * Sets taps up that are not; and promiscuous, as the switch will have them: each change of an interface that is up has it
     * look at all its ports. For the same reason the kernel is asked for their carrier: it tells of that later by itself, or
     * when the switch asks, which would be one more change.
     */
    public static void raise(List<PortName> taps) {
        taps.forEach(tap -> up(LINKS.resolve(tap.text()).resolve("flags")));
        taps.forEach(Taps::carrier);
    }

    /**
     * Keeps the host's own stack out of a tap. With the user-space datapath the kernel sees every frame of a port too: it
     * would answer ARP for the host's addresses, accept packets for them, and speak IPv6 into the guest.
     */
    private static void closeToHost(PortName tap) {
        set(SETTINGS.resolve("ipv6/conf/" + tap + "/disable_ipv6"), "1");
        set(SETTINGS.resolve("ipv4/conf/" + tap + "/arp_ignore"), "8");
        set(SETTINGS.resolve("ipv4/conf/" + tap + "/rp_filter"), "1");
    }

    /** A kernel without IPv6 has no such file, and nothing to be kept out. */
    private static void set(Path setting, String value) {
        if (Files.exists(setting)) {
            write(setting, value);
        }
    }

    /** The kernel's answer does not matter, nor that there is none. */
    private static void carrier(PortName tap) {
        try {
            Files.readString(LINKS.resolve(tap.text()).resolve("carrier"));
        } catch (IOException e) {
            LOG.debug("{}: {}", tap, e.getMessage());
        }
    }

    private static void up(Path flags) {
        try {
            int before = Integer.decode(Files.readString(flags).strip());
            if ((before & IFF_UP) == 0) {
                write(flags, "0x" + Integer.toHexString(before | IFF_UP | IFF_PROMISC));
            }
        } catch (IOException e) {
            throw new HostException("cannot read " + flags + ": " + e.getMessage(), e);
        }
    }

    private static void write(Path file, String value) {
        try {
            Files.writeString(file, value);
        } catch (IOException e) {
            throw new HostException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /** Deletes a tap that carries an installation's tag; one that is gone already is no error. */
    public static void delete(PortName tap) {
        if (!Files.exists(LINKS.resolve(tap.text()))) {
            return;
        }
        if (!isTap(tap.text()) || !alias(tap.text()).startsWith(TAG)) {
            throw new HostException("interface '" + tap + "' is not ours");
        }
        Program.Output output = Tool.HERE.ask("ip", "link", "delete", "dev", tap.text());
        if (!output.ok() && Files.exists(LINKS.resolve(tap.text()))) {
            throw new HostException("ip link delete dev " + tap + ": " + output.complaint());
        }
    }
}
