package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * Middleboxes on a Xen host that is driven from outside: our daemon is here, libvirt, the switch and the two endpoints are
 * in dom0 of an emulated Xen.
 *
 * <pre>
 *   this host          dom0 of the bed
 *   daemon ── libvirt, Open vSwitch     e1 (namespace) ── flowstream (bridge) ── [vif: machine] ── e2 (namespace)
 *                                       192.0.2.1                                                  192.0.2.2
 * </pre>
 */
@Tag("xen")
class XenTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String CURL = "ip netns exec e1 curl -sS --max-time 5 http://192.0.2.2:";

    private static XenBed bed;
    private static Platform platform;

    @BeforeAll
    static void host() {
        bed = XenBed.start();
        for (String number : new String[] {"1", "2"}) {
            String end = "e" + number;
            bed.dom0("ip netns add " + end + " && ip link add " + end + " type veth peer name eth0 netns " + end
                            + " && ip -n " + end + " addr add 192.0.2." + number + "/24 dev eth0 && ip netns exec "
                            + end
                            + " ethtool -K eth0 tx off tso off gso off >/dev/null && ip -n " + end
                            + " link set eth0 up && ip link set " + end + " up")
                    .ok();
        }
        bed.dom0("mkdir -p /srv/web && echo hello > /srv/web/index.html"
                        + " && for port in 80 8080; do ip netns exec e2 busybox httpd -p $port -h /srv/web; done")
                .ok();
        platform = Platform.start(bed.settings(), List.of());
        platform.flowstream("port", "add", "e1", "e2").ok();
    }

    @AfterAll
    static void away() {
        if (platform != null) {
            platform.close();
        }
        if (bed != null) {
            assertThat(bed.dom0("ls /var/lib/libvirt | grep flowstream").out()).isEmpty();
            bed.close();
        }
    }

    @AfterEach
    void nothingIsLeft(TestInfo test) {
        String domains = bed.dom0("xl list | tail -n +3").ok().out();
        String ports =
                bed.dom0("ovs-vsctl list-ports flowstream | sort | xargs").ok().out();
        if (!domains.isEmpty() || !ports.strip().equals("e1 e2")) {
            System.err.println(test.getDisplayName() + "\n" + platform.evidence() + bed.serial());
            platform.removeAll();
        }
        assertThat(domains).as("domains beside dom0").isEmpty();
        assertThat(ports.strip()).isEqualTo("e1 e2");
    }

    private static JsonNode inspect(String name) {
        String text =
                platform.flowstream("inspect", name, "--output", "json").ok().out();
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    private static void run(String template, String name, String... more) {
        String[] argv = new String[7 + more.length];
        System.arraycopy(
                new String[] {"run", template, "--name", name, "--between", "e1:e2", "--hypervisor=xen"},
                0,
                argv,
                0,
                7);
        System.arraycopy(more, 0, argv, 7, more.length);
        Command.Result result = platform.flowstream(argv);
        if (result.status() != 0) {
            throw new AssertionError(result.all() + platform.evidence() + bed.serial());
        }
    }

    private static String domain(String name) {
        return inspect(name).path("domain").asText();
    }

    private static void remove(String name) {
        platform.flowstream("rm", name).ok();
    }

    @Test
    void aFirewallFiltersTcpAndItsHandlersAreReadAndWritten() {
        run("firewall", "fw", "-p", "rules=allow tcp dst port 80", "-p", "rules=allow icmp");
        JsonNode inspect = inspect("fw");
        assertThat(inspect.path("state").asText()).isEqualTo("ready");
        assertThat(bed.dom0("xl list | grep -c " + domain("fw")).out().strip()).isEqualTo("1");
        assertThat(bed.dom0(CURL + "80/").ok().out().strip()).isEqualTo("hello");
        assertThat(bed.dom0(CURL + "8080/").status()).isNotZero();
        assertThat(bed.dom0("ip netns exec e1 ping -c 3 -i 0.3 192.0.2.2").ok().out())
                .contains("3 packets received");
        assertThat(platform.flowstream("drops", "fw").ok().out()).contains("denied");
        platform.flowstream("handler", "write", "fw", "filter.config", "allow tcp dst port 8080, deny all")
                .ok();
        assertThat(platform.flowstream("handler", "read", "fw", "filter.config")
                        .ok()
                        .out()
                        .strip())
                .isEqualTo("allow tcp dst port 8080, deny all");
        assertThat(bed.dom0(CURL + "8080/").ok().out().strip()).isEqualTo("hello");
        assertThat(bed.dom0(CURL + "80/").status()).isNotZero();
        assertThat(platform.flowstream("logs", "fw").ok().out()).contains("READY ");
        remove("fw");
        // Without the middlebox the switch carries everything: what was blocked was blocked by it.
        assertThat(bed.dom0(CURL + "80/").ok().out().strip()).isEqualTo("hello");
    }

    @Test
    void twoMachinesInAChainPassWhatBothAllow() throws IOException {
        Path file = Files.createTempFile("flowstream-test", ".json");
        Files.writeString(file, """
                {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "pair", "spec": {
                   "between": ["e1", "e2"],
                   "middleboxes": [
                     {"name": "front", "template": "firewall", "hypervisor": "xen", "parameters": {
                       "rules": ["allow tcp dst port 80", "allow icmp"]}},
                     {"name": "back", "template": "wire", "hypervisor": "xen"}]}}
                """);
        Command.Result applied = platform.flowstream("apply", "-f", file.toString(), "--set", "lab");
        assertThat(applied.status()).as(applied.all()).isZero();
        for (String name : new String[] {"front", "back"}) {
            assertThat(inspect(name).path("state").asText()).isEqualTo("ready");
        }
        assertThat(bed.dom0(CURL + "80/").ok().out().strip()).isEqualTo("hello");
        assertThat(bed.dom0(CURL + "8080/").status()).isNotZero();
        remove("pair");
        Files.delete(file);
    }

    @Test
    void aMachineThatIsDestroyedByOthersIsBack() {
        run("wire", "w");
        assertThat(bed.dom0("xl destroy " + domain("w")).status()).isZero();
        Wait.until(
                "the machine to be back",
                BOUND,
                () -> inspect("w").path("state").asText().equals("ready") && Middlebox.ends(inspect("w")) == 1);
        assertThat(bed.dom0("ip netns exec e1 ping -c 3 -i 0.3 192.0.2.2").ok().out())
                .contains("3 packets received");
        remove("w");
    }

    @Test
    void aDaemonThatWasKilledHearsItsMachinesAgain() {
        run("wire", "w");
        List<String> command = platform.daemonCommand();
        ProcessHandle daemon = platform.daemon();
        daemon.destroyForcibly();
        daemon.onExit().join();
        assertThat(bed.dom0("ip netns exec e1 ping -c 3 -i 0.3 192.0.2.2").ok().out())
                .contains("3 packets received");
        platform.startDaemonBy(command);
        Wait.until(
                "the machine to be ready again",
                BOUND,
                () -> platform.flowstream("inspect", "w").out().contains("ready"));
        assertThat(platform.flowstream("handler", "read", "w", "version").ok().out())
                .isNotBlank();
        assertThat(Middlebox.ends(inspect("w"))).isZero();
        remove("w");
    }
}
