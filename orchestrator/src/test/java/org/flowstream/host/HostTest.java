package org.flowstream.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.flowstream.model.Installation;
import org.flowstream.model.PortName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The kernel's own network, in interfaces whose names carry this process's id.
 *
 * <pre>
 *   here: tap, near ── far :namespace
 *          near.7 (VLAN)
 * </pre>
 */
final class HostTest {
    private static final String ID = Long.toString(ProcessHandle.current().pid() % 100_000, 36);
    private static final String NAMESPACE = "fs-test-" + ID;
    private static final PortName TAP = new PortName("fst" + ID + "t");
    private static final PortName NEAR = new PortName("fst" + ID + "n");
    private static final String FAR = "fst" + ID + "f";
    private static final Installation INSTALLATION = new Installation("/tmp/fs-test-" + ID);

    HostTest() {}

    @BeforeAll
    static void links() throws IOException {
        boolean root = Files.isWritable(Path.of("/proc/sys/net/ipv4/conf/lo/arp_ignore"))
                && Files.exists(Path.of("/dev/net/tun"));
        if (!root) {
            System.err.println("skipped HostTest: needs root and /dev/net/tun");
        }
        assumeTrue(root, "needs root and /dev/net/tun");
        run("ip", "netns", "add", NAMESPACE);
        run("ip", "link", "add", NEAR.text(), "type", "veth", "peer", "name", FAR, "netns", NAMESPACE);
    }

    @AfterAll
    static void remove() throws IOException {
        Program.run(List.of("ip", "link", "delete", NEAR.text()));
        Program.run(List.of("ip", "link", "delete", TAP.text()));
        Program.run(List.of("ip", "netns", "delete", NAMESPACE));
    }

    private static void run(String... words) throws IOException {
        Program.Output output = Program.run(List.of(words));
        assertThat(output.ok())
                .as(String.join(" ", words) + ": " + output.complaint())
                .isTrue();
    }

    @Test
    void tapsAreMadeOnceTaggedClosedToTheHostAndDeletedByTag() throws IOException {
        Taps taps = new Taps(INSTALLATION, "nobody");
        taps.create(List.of(TAP));
        taps.create(List.of(TAP));

        assertThat(taps.list()).containsExactly(TAP);
        assertThat(new Taps(new Installation("/tmp/another"), "nobody").list()).doesNotContain(TAP);
        assertThat(Taps.byInstallation().values())
                .anySatisfy(all -> assertThat(all).contains(TAP));
        assertThat(Links.find(TAP).orElseThrow().isUp())
                .as("until it is a port")
                .isFalse();
        Taps.raise(List.of(TAP));
        Taps.raise(List.of(TAP));
        Link link = Links.find(TAP).orElseThrow();
        assertThat(link.kind()).isEqualTo("tun");
        assertThat(link.isUp()).isTrue();
        assertThat(link.hasCarrier()).as("until QEMU holds it").isFalse();
        assertThat(Files.readString(Path.of("/sys/class/net/" + TAP + "/owner")).strip())
                .isEqualTo(Program.run(List.of("id", "-u", "nobody")).out().strip());
        assertThat(Files.readString(Path.of("/proc/sys/net/ipv4/conf/" + TAP + "/rp_filter")))
                .startsWith("1");

        assertThatThrownBy(() -> new Taps(new Installation("/tmp/another"), "nobody").create(List.of(TAP)))
                .hasMessage("interface '" + TAP + "' exists and is not ours");
        KnownTaps known = new KnownTaps(taps);
        assertThat(known.list()).containsExactly(TAP);
        assertThat(new KnownTaps(new Taps(new Installation("/tmp/another"), "nobody")).list())
                .doesNotContain(TAP);
        Taps.delete(TAP);
        Taps.delete(TAP);
        new Taps(INSTALLATION, "12345").create(List.of(TAP));
        assertThat(Files.readString(Path.of("/sys/class/net/" + TAP + "/owner")).strip())
                .isEqualTo("12345");
        Taps.delete(TAP);
        assertThat(Links.find(TAP)).isEmpty();
        assertThat(known.list()).isEmpty();
    }

    @Test
    void aTapThatWasNotTaggedDoesNotStay() {
        assertThatThrownBy(() -> TapDevice.create(TAP, "nobody", () -> {
                    assertThat(Links.find(TAP)).isPresent();
                    throw new HostException("as if its maker died here");
                }))
                .hasMessage("as if its maker died here");
        assertThat(Links.find(TAP)).isEmpty();
    }

    @Test
    void whatIsNotOurTapIsNeverTouched() {
        Taps taps = new Taps(INSTALLATION, "nobody");
        assertThatThrownBy(() -> taps.create(List.of(TAP, NEAR)))
                .hasMessage("interface '" + NEAR + "' exists and is not ours");
        assertThatThrownBy(() -> Taps.delete(NEAR)).hasMessage("interface '" + NEAR + "' is not ours");
        assertThatThrownBy(() -> new Taps(INSTALLATION, "no-such-user").create(List.of(TAP)))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("no-such-user");
        assertThat(Links.find(TAP)).isEmpty();
    }

    @Test
    void anInterfaceInUseIsNotFree() throws IOException {
        assertThat(PortExamination.of(NEAR, "").obstacles()).isEmpty();
        run("ip", "address", "add", "203.0.113.9/24", "dev", NEAR.text());
        run("ip", "link", "set", NEAR.text(), "up");
        run("ip", "netns", "exec", NAMESPACE, "ip", "link", "set", FAR, "up");
        run("ip", "route", "add", "default", "via", "203.0.113.1", "dev", NEAR.text(), "metric", "4242");
        try {
            PortExamination busy = PortExamination.of(NEAR, "203.0.113.7 50000 203.0.113.9 22");
            assertThat(busy.obstacles())
                    .containsExactly(
                            "interface '" + NEAR + "' carries ssh from 203.0.113.7",
                            "interface '" + NEAR + "' carries the default route",
                            "interface '" + NEAR + "' carries address 203.0.113.9/24");
            assertThat(PortExamination.of(NEAR, "127.0.0.1 50000 127.0.0.1 22").ssh())
                    .as("another interface's session")
                    .isEmpty();
        } finally {
            run("ip", "address", "flush", "dev", NEAR.text());
        }
        assertThatThrownBy(() -> PortExamination.of(new PortName("nowhere"), ""))
                .isInstanceOf(HostException.class)
                .hasMessageStartingWith("interface 'nowhere' does not exist; there are: ")
                .hasMessageContaining("lo");
    }

    @Test
    void theFarEndOfAVethIsFoundInItsNamespace() throws IOException {
        FarEnd far = PortExamination.of(NEAR, "").farEnd().orElseThrow();
        assertThat(far.name()).isEqualTo(FAR);
        assertThat(far.unfinished()).contains("tx-checksumming", "tcp-segmentation-offload");
        assertThat(far.cure())
                .isEqualTo("ip netns exec " + NAMESPACE + " ethtool -K " + FAR + " tx off tso off gso off");

        run(far.cure().split(" ", -1));
        assertThat(FarEnd.of(NEAR).orElseThrow().unfinished()).isEmpty();
        run("ip", "netns", "exec", NAMESPACE, "ethtool", "-K", FAR, "tx", "on", "tso", "on", "gso", "on");
        assertThat(FarEnd.of(new PortName("lo"))).isEmpty();
    }

    @Test
    void offloadsAreSwitchedAndRestored() {
        List<String> before = Offloads.on(NEAR, Offloads.UNFINISHED);
        assertThat(before).contains("generic-segmentation-offload");
        Offloads.set(NEAR, before, false);
        assertThat(Offloads.on(NEAR, Offloads.UNFINISHED)).isEmpty();
        Offloads.set(NEAR, before, true);
        assertThat(Offloads.on(NEAR, Offloads.UNFINISHED)).isEqualTo(before);
        assertThatThrownBy(() -> Offloads.on(new PortName("nowhere"))).isInstanceOf(HostException.class);
    }

    @Test
    void featuresAreReadFromEthtoolsText() {
        assertThat(Offloads.parse("""
                        Features for x:
                        rx-checksumming: on
                        tx-checksumming: on
                        \ttx-checksum-ipv4: on
                        scatter-gather: off
                        large-receive-offload: off [fixed]
                        highdma: on [fixed]
                        """)).containsExactly("rx-checksumming", "tx-checksumming");
    }

    @Test
    void sshConnectionsAreReadFromSocketTables() {
        assertThat(Links.sshClient("0 0 192.0.2.2:22 198.51.100.7:40112 users:((\"sshd\",pid=1,fd=4))"))
                .contains("198.51.100.7");
        assertThat(Links.sshClient("0 0 [2001:db8::2]:2222 [2001:db8::7]:40112 users:((\"sshd\",pid=1,fd=4))"))
                .contains("2001:db8::7");
        assertThat(Links.sshClient("0 0 192.0.2.2:43210 198.51.100.7:22 users:((\"ssh\",pid=1,fd=4))"))
                .isEmpty();
        assertThat(Links.sshClient("")).isEmpty();
    }
}
