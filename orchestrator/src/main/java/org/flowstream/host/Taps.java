package org.flowstream.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.flowstream.model.Installation;
import org.flowstream.model.PortName;

/**
 * Persistent taps: the host's side of machines' devices. They stay when QEMU ends, so that a port keeps its number, and go
 * by what tags them: the interface's alias, {@code flowstream:} and the installation.
 */
public final class Taps {
    private static final String TAG = "flowstream:";
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
    public List<PortName> list() {
        return tagged(TAG + installation);
    }

    /** The taps that carry any installation's tag. */
    public static List<PortName> ofAll() {
        return tagged(TAG);
    }

    private static List<PortName> tagged(String start) {
        return Links.all().stream()
                .filter(link -> link.kind().equals("tun")
                        && (start.equals(TAG)
                                ? link.alias().startsWith(TAG)
                                : link.alias().equals(start)))
                .map(link -> new PortName(link.name()))
                .sorted()
                .toList();
    }

    /**
     * Makes a tap, up and closed to the host's own stack; one of ours that is there already is left as it is.
     *
     * @throws HostException if the name is another's
     */
    public void create(PortName tap) {
        Optional<Link> there = Links.find(tap);
        if (there.isPresent()) {
            if (!there.get().kind().equals("tun") || !there.get().alias().equals(TAG + installation)) {
                throw new HostException("interface '" + tap + "' exists and is not ours");
            }
        } else {
            Tool.HERE.run("ip", "tuntap", "add", "dev", tap.text(), "mode", "tap", "user", user);
        }
        boolean done = false;
        try {
            // Tagged first: what is tagged can be swept. Up last, when nothing of the host's speaks into it any more.
            Tool.HERE.run("ip", "link", "set", "dev", tap.text(), "alias", TAG + installation);
            closeToHost(tap);
            Tool.HERE.run("ip", "link", "set", "dev", tap.text(), "up");
            done = true;
        } finally {
            if (!done && there.isEmpty()) {
                Tool.HERE.ask("ip", "link", "delete", "dev", tap.text());
            }
        }
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
            try {
                Files.writeString(setting, value);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write " + setting, e);
            }
        }
    }

    /** Deletes a tap that carries this installation's tag; one that is gone already is no error. */
    public void delete(PortName tap) {
        Optional<Link> there = Links.find(tap);
        if (there.isEmpty()) {
            return;
        }
        if (!there.get().kind().equals("tun") || !there.get().alias().startsWith(TAG)) {
            throw new HostException("interface '" + tap + "' is not ours");
        }
        Program.Output output = Tool.HERE.ask("ip", "link", "delete", "dev", tap.text());
        if (!output.ok() && Links.find(tap).isPresent()) {
            throw new HostException("ip link delete dev " + tap + ": " + output.complaint());
        }
    }
}
