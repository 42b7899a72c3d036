package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Programs of the user's own as middleboxes: real traffic passes them, whatever they do the host stays as it is, and they
 * are supervised, adopted and shown as what they are. Needs haproxy.
 */
@Tag("long")
class ProgramTest {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String PROXY = "198.18.0.10";
    private static final String INSIDE_SERVER = "198.18.1.2";

    /** A wire on descriptors: each frame that comes by one device leaves by the other. */
    private static final String TAP_WIRE = """
            import os, select
            while True:
                for fd in select.select([3, 4], [], [])[0]:
                    os.write(7 - fd, os.read(fd, 65536))
            """;

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    @BeforeAll
    static void servers() {
        LAB.server().serve(8080, Path.of("/dev/null"));
        LAB.server()
                .command("ip", "addr", "add", INSIDE_SERVER + "/24", "dev", "eth0")
                .output();
    }

    private static String python(String name, String text, String io, String more) {
        return OwnTemplate.write(LAB.platform().home(), name, """
                {"program": {"argv": ["/usr/bin/python3", "-u", "/tmp/box.py"], "io": "%s",
                             "files": {"box.py": "box.py"}}}""".formatted(io), more, Map.of("box.py", text));
    }

    /** What runs of a test's own program, by the folder that only its supervisor's arguments name. */
    private static long processes() {
        return Command.of("pgrep", "-c", "-u", "nobody", "-f", "/tmp/box.py")
                        .run()
                        .out()
                        .strip()
                        .equals("0")
                ? 0
                : 1;
    }

    private static Command.Result run(String template, String... more) {
        String[] arguments = new String[6 + more.length];
        System.arraycopy(new String[] {"run", template, "--name", "p", "--between", LAB.between()}, 0, arguments, 0, 6);
        System.arraycopy(more, 0, arguments, 6, more.length);
        return LAB.flowstream(arguments);
    }

    private static JsonNode inspect(String middlebox) {
        String text =
                LAB.flowstream("inspect", middlebox, "--output", "json").ok().out();
        try {
            return Api.JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    private static String log() {
        return LAB.flowstream("logs", "p").ok().out();
    }

    private static Command.Result curl(String address, int port) {
        return LAB.client()
                .command("curl", "-sS", "--max-time", "5", "http://" + address + ":" + port + "/")
                .run();
    }

    @Test
    void debiansReverseProxyBehindOurFirewallPassesRealTraffic() throws IOException {
        Path document = LAB.platform().home().resolve("web.json");
        Files.writeString(document, """
                {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "web", "spec": {
                  "between": ["%s", "%s"], "flow": "ip,nw_dst=%s", "returnFlow": "ip,nw_dst=198.18.1.1",
                  "middleboxes": [
                    {"name": "guard", "template": "firewall", "parameters": {"rules": ["allow tcp dst port 80", "deny all"]}},
                    {"name": "proxy", "template": "%s", "parameters": {
                      "address": "%s", "inside_address": "198.18.1.1", "servers": ["%s:8080"]}}]}}
                """.formatted(
                        LAB.client().port(),
                        LAB.server().port(),
                        PROXY,
                        OwnTemplate.example("reverse-proxy"),
                        PROXY,
                        INSIDE_SERVER));
        LAB.flowstream("apply", "-f", document.toString(), "--set", "web", "--timeout", "20")
                .ok();
        try {
            Command.Result page = curl(PROXY, 80);
            assertThat(page.out()).as(page.all()).contains("hello from 8080");
            assertThat(LAB.client().ping(1, PROXY))
                    .as("a ping, which the firewall denies")
                    .contains(" 0 received");
            JsonNode proxy = inspect("proxy");
            assertThat(proxy.path("guest").asText()).isEqualTo("program");
            assertThat(proxy.path("verified").asBoolean(true)).isFalse();
            assertThat(proxy.path("liveness").asText()).startsWith("link alone");
            assertThat(LAB.flowstream("ps").ok().out()).contains("reverse-proxy 1.0.0 (program, unverified)");
            assertThat(LAB.flowstream("logs", "proxy").ok().out()).contains("GET / HTTP/1.1");
            assertThat(LAB.flowstream("handler", "ls", "proxy").err()).contains("has no handlers");
        } finally {
            LAB.flowstream("rm", "web").ok();
        }
    }

    @Test
    void aProgramOnTapsPassesFramesAndProbesAndEndsWhenAsked() {
        String health = "\"health\": {\"ready\": [\"machine\", \"forwarding\"]},";
        run(python("tapwire", TAP_WIRE, "tap", health)).ok();
        assertThat(LAB.client().ping(3, LAB.server().ip4())).contains(" 3 received");
        assertThat(curl(LAB.server().ip4(), 8080).out()).contains("hello from 8080");
        assertThat(LAB.flowstream("inspect", "p").ok().out())
                .contains("forwarding good")
                .contains("it may do anything");
        LAB.flowstream("stop", "p").ok();
        assertThat(log()).contains("ENDED signal 15");
        assertThat(Middlebox.ends(inspect("p"))).as("ends of its own").isZero();
        LAB.flowstream("rm", "p").ok();
        assertThat(processes()).isZero();
    }

    @Test
    void aProgramThatEndsAtOnceIsNeverReadyAndItsLastWordIsTold() {
        String template = python("broken", "raise SystemExit('no such upstream')", "packet", "");
        Command.Result result = run(template, "--timeout", "5");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("exit status 1: no such upstream");
        assertThat(LAB.flowstream("ps").ok().out()).doesNotContain("broken");
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        String template = OwnTemplate.write(
                LAB.platform().home(),
                "absent",
                "{\"program\": {\"argv\": [\"/usr/sbin/no-such-program\"]}}",
                "",
                Map.of());
        Command.Result result = run(template, "--timeout", "3");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("/usr/sbin/no-such-program: No such file or directory");
    }

    @Test
    void aProgramThatPrintsWithoutEndForwardsAllTheSameAndItsLogStaysSmall() throws IOException {
        String flood = """
                import threading
                def print_all():
                    while True:
                        print("x" * 200)
                threading.Thread(target=print_all, daemon=True).start()
                """ + TAP_WIRE;
        run(python("flood", flood, "tap", "")).ok();
        try {
            assertThat(LAB.client().ping(10, LAB.server().ip4())).contains(" 10 received");
            Path file = LAB.platform()
                    .home()
                    .resolve("log")
                    .resolve(inspect("p").path("machine").asText() + ".log");
            assertThat(Files.size(file)).isLessThan(100_000);
            assertThat(log()).contains("lines not shown");
        } finally {
            LAB.flowstream("rm", "p").ok();
        }
    }

    @Test
    void aProgramThatDoesNotListenIsKilledWithAllOfItsChildren() {
        String deaf = """
                import signal, subprocess
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                subprocess.Popen(["/usr/bin/python3", "-c", "import time; time.sleep(1000)", "/tmp/box.py"],
                                 start_new_session=True)
                """ + TAP_WIRE;
        run(python("deaf", deaf, "tap", "")).ok();
        assertThat(processes()).isNotZero();
        LAB.flowstream("rm", "p").ok();
        Wait.until("no process of it to be left", Duration.ofSeconds(5), () -> processes() == 0);
    }

    @Test
    void aKilledDaemonAdoptsTheProgramAndStartsItAnewWhenItEnds() {
        try (Middlebox wire = Middlebox.between(LAB, python("adopted", TAP_WIRE, "tap", ""), "p")) {
            long process = wire.process();
            Command.of("kill", "-KILL", Long.toString(LAB.platform().daemon().pid()))
                    .output();
            assertThat(LAB.client().ping(3, LAB.server().ip4()))
                    .as("without a daemon")
                    .contains(" 3 received");
            assertThat(LAB.flowstream("purge", "--dry-run").ok().out()).contains("process " + process);
            LAB.flowstream("daemon", "start").ok();
            Wait.until("the program to be adopted", BOUND, () -> wire.state().equals("ready"));
            assertThat(wire.process()).isEqualTo(process);
            assertThat(Middlebox.ends(wire.inspect())).isZero();
            Command.of("kill", "-KILL", Long.toString(process)).output();
            Wait.until("another process", BOUND, () -> wire.state().equals("ready") && wire.process() != process);
            JsonNode exit = wire.inspect().at("/exits/recent/0");
            assertThat(exit.path("cause").asText()).isEqualTo("died");
            assertThat(exit.path("detail").asText()).isEqualTo("killed with all of its processes");
            assertThat(LAB.client().ping(3, LAB.server().ip4())).contains(" 3 received");
        }
    }

    @Test
    void whatNoProgramCanIsRefused() {
        String template = python("refused", TAP_WIRE, "tap", "");
        assertThat(run(template, "--hypervisor", "qemu").err()).contains("runs as a process");
        assertThat(LAB.flowstream("ps").ok().out()).doesNotContain("refused");
    }
}
