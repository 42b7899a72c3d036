package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Kernels of the user's own as middleboxes: Debian's Linux with nftables, chained with our own firewall, passes and stops
 * real traffic; what is no kernel is refused with its reason. Needs Debian's packages, downloaded once.
 */
@Tag("long")
class KernelTest {
    private static final Duration BUILD = Duration.ofMinutes(3);

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    @BeforeAll
    static void prepare() {
        Command.of(OwnTemplate.example("linux-filter") + "/build").within(BUILD).output();
        LAB.server().serve(8080, Path.of("/dev/null"));
        LAB.server().serve(8081, Path.of("/dev/null"));
    }

    private static Command.Result curl(int port) {
        return LAB.client()
                .command(
                        "curl",
                        "-sS",
                        "--max-time",
                        "3",
                        "http://" + LAB.server().ip4() + ":" + port + "/")
                .run();
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

    @Test
    void debiansLinuxBehindOurFirewallFiltersRealTraffic() throws IOException {
        Path document = LAB.platform().home().resolve("site.json");
        Files.writeString(
                document, """
                {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "site", "spec": {
                  "between": ["%s", "%s"],
                  "middleboxes": [
                    {"name": "guard", "template": "firewall", "parameters": {"rules": ["allow all"]}},
                    {"name": "linux", "template": "%s", "parameters": {"ports": [8080]}}]}}
                """.formatted(LAB.client().port(), LAB.server().port(), OwnTemplate.example("linux-filter")));
        LAB.flowstream("apply", "-f", document.toString(), "--set", "site", "--timeout", "60")
                .ok();
        try {
            Command.Result page = curl(8080);
            assertThat(page.out())
                    .as(page.all()
                            + LAB.flowstream("inspect", "linux").out()
                            + LAB.flowstream("drops", "guard").out()
                            + LAB.client().ping(3, LAB.server().ip4()))
                    .contains("hello from 8080");
            assertThat(curl(8081).status()).as("a port that Linux drops").isEqualTo(28);
            JsonNode linux = inspect("linux");
            assertThat(linux.path("guest").asText()).isEqualTo("kernel");
            assertThat(linux.path("verified").asBoolean(true)).isFalse();
            assertThat(linux.path("liveness").asText()).startsWith("link alone");
            boolean hardware = Files.readString(Path.of("/proc/cpuinfo")).matches("(?s).*\\b(vmx|svm)\\b.*");
            if (!hardware) {
                assertThat(linux.path("hypervisor").asText()).isEqualTo("qemu");
            }
            if (!hardware && Files.exists(Path.of("/dev/kvm"))) {
                assertThat(linux.path("emulated").asText()).contains("neither VMX nor SVM");
            }
            assertThat(LAB.flowstream("logs", "linux").ok().out()).contains("bridging, TCP ports 8080");
            assertThat(LAB.flowstream("ps").ok().out()).contains("linux-filter 1.0.0 (kernel, unverified)");
        } finally {
            LAB.flowstream("rm", "site").ok();
        }
        String parts = LAB.platform().home().resolve("state/images").toString();
        LAB.flowstream("image", "ls").ok();
        for (JsonNode image : images()) {
            LAB.flowstream("image", "rm", image.path("digest").asText()).ok();
        }
        assertThat(Command.of("find", parts, "-name", "*.part*").output()).isEmpty();
    }

    private static JsonNode images() {
        try {
            return Api.JSON.readTree(
                    LAB.flowstream("image", "ls", "--output", "json").ok().out());
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static void fails(String name, byte[] kernel, String says) throws IOException {
        String template =
                OwnTemplate.write(LAB.platform().home(), name, "{\"kernel\": {\"file\": \"vmlinuz\"}}", "", Map.of());
        Files.write(Path.of(template, "vmlinuz"), kernel);
        Command.Result result = LAB.flowstream("run", template, "--name", "k", "--between", LAB.between());
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("vmlinuz").contains(says);
    }

    @Test
    void whatIsNoKernelIsRefusedWithItsReason() throws IOException {
        byte[] linux = Files.readAllBytes(Path.of(OwnTemplate.example("linux-filter"), "vmlinuz"));
        fails("cut", Arrays.copyOf(linux, linux.length / 2), "cut short");
        fails(
                "text",
                "not a kernel at all\n".repeat(100).getBytes(java.nio.charset.StandardCharsets.UTF_8),
                "neither an ELF");
        fails("program", Files.readAllBytes(Path.of("/usr/bin/true")), "without the PVH entry");
        String absent = OwnTemplate.write(
                LAB.platform().home(), "absent", "{\"kernel\": {\"file\": \"no-such-kernel\"}}", "", Map.of());
        Command.Result result = LAB.flowstream("run", absent, "--name", "k", "--between", LAB.between());
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("no such file in the template");
        assertThat(LAB.flowstream("image", "ls").ok().out()).doesNotContain("cut");
    }
}
