package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Machines that pass, or do not, their template's own test packets before traffic is steered to them. */
class FunctionTest {
    /** What should not come comes at once. */
    private static final Duration MOMENT = Duration.ofMillis(50);

    private static final String TEMPLATE = """
            {"name": "tested", "version": "1.0.0", "summary": "s", "image": {"click": "t.click"}, "tests": ["t.test"],
             "health": {"ready": ["control", "forwarding", "function"],
                        "tests": ["what comes in goes on", "one of two is dropped", "not with this limit"]},
             "parameters": {"limit": {"type": "integer", "minimum": 1, "maximum": 9, "default": 5, "description": "d"}},
             "devices": [{"name": "outside", "mode": "bump"}, {"name": "inside", "mode": "bump"}]}
            """;
    /** Of the tests' frames each second one is lost: the first one passes in each test because nothing is left of the other. */
    private static final String CLICK = """
            FromDevice(0, PROMISC true) -> c :: Classifier(12/88b6, -);
            c[0] -> tests :: Counter -> turns :: RoundRobinSwitch -> to_inside :: ToDevice(1);
            turns[1] -> lost :: Discard;
            c[1] -> in :: Counter -> to_inside;
            FromDevice(1, PROMISC true) -> ToDevice(0);
            """;

    private static final String TESTS = """
            test "what comes in goes on"
            send outside 0ms ether(dst=ff:ff:ff:ff:ff:ff, src=0a:00:00:00:00:07, type=0x88b6) / bytes(66) / "FSM1" / bytes(40)
            send inside 0ms ether(dst=0a:00:00:00:00:07, src=02:00:00:00:00:01, type=0x88b6) / bytes(66) / "FSM1" / bytes(1400)
            expect inside same 1
            expect outside same 2
            test "one of two is dropped"
            send outside 0ms ether(dst=ff:ff:ff:ff:ff:ff, src=0a:00:00:00:00:07, type=0x88b6) / bytes(66) / "FSM1" / bytes(60)
            send outside 0ms ether(dst=ff:ff:ff:ff:ff:ff, src=0a:00:00:00:00:07, type=0x88b6) / bytes(66) / "FSM1" / bytes(61)
            expect inside same PASSES
            test "not with this limit"
            parameters limit=6
            send outside 0ms ether(dst=ff:ff:ff:ff:ff:ff, src=0a:00:00:00:00:07, type=0x88b6) / bytes(66) / "FSM1" / bytes(60)
            """;

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    @TempDir
    private Path folder;

    /** The template; of the two frames of its second test the machine passes the first. */
    private String template(int passes) throws IOException {
        Files.writeString(folder.resolve("template.json"), TEMPLATE);
        Files.writeString(folder.resolve("t.click"), CLICK);
        Files.writeString(folder.resolve("t.test"), TESTS.replace("PASSES", Integer.toString(passes)));
        return folder.toString();
    }

    private static String detail(JsonNode inspect) {
        for (JsonNode level : inspect.path("health")) {
            if (level.path("level").asText().equals("function")) {
                return level.path("state").asText() + ": "
                        + level.path("detail").asText();
            }
        }
        return "not asked for";
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "process"})
    void aMachineThatPassesItsTestsIsSteeredToAndKeepsNothingOfThem(String hypervisor) throws IOException {
        try (Probes endpoints = Probes.start(List.of(LAB.client(), LAB.server()));
                Middlebox box = Middlebox.between(LAB, template(1), "tested", "--hypervisor", hypervisor)) {
            assertThat(box.state()).isEqualTo("ready");
            assertThat(detail(box.inspect())).startsWith("good: 2 tests, ");
            assertThat(box.read("tests.count") + box.read("lost.count")).isEqualTo("00");
            assertThat(LAB.client().ping(3, LAB.server().ip4())).contains(" 0% packet loss");
            assertThat(Long.parseLong(box.read("in.count"))).isGreaterThanOrEqualTo(3);

            // The chain is steered when its machine starts anew: what the tests send must not follow the flow's way.
            LAB.flowstream("restart", "tested").ok();
            assertThat(detail(box.inspect())).startsWith("good: 2 tests, ");
            assertThat(LAB.client().ping(3, LAB.server().ip4())).contains(" 0% packet loss");
            assertThat(endpoints.send(List.of(), 0, MOMENT))
                    .as("frames of the tests that came to an endpoint")
                    .isEmpty();
        }
    }

    private Command.Result apply(int passes) throws IOException {
        Path chain = folder.resolve("chain.json");
        Files.writeString(chain, """
                {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "wrong", "spec": {
                   "between": ["%s", "%s"], "middleboxes": [{"template": "%s"}]}}
                """.formatted(LAB.client().port(), LAB.server().port(), template(passes)));
        return LAB.flowstream("apply", "-f", chain.toString());
    }

    @Test
    void aMachineThatFailsItsTestsIsNeverSteeredToAndTheReasonIsShown() throws IOException {
        String wrong = "failed-tests: \"one of two is dropped\": frame 1 out of inside: expected ";
        try {
            Command.Result apply = apply(2);
            assertThat(apply.status()).as(apply.all()).isEqualTo(1);
            assertThat(apply.err()).contains(wrong).contains(", got ");
            assertThat(LAB.flowstream("inspect", "wrong").ok().out()).contains("failed", wrong);
            assertThat(LAB.flowstream("ps").ok().out()).contains("failed");
            assertThat(LAB.flowstream("events", "--subject", "wrong").ok().out())
                    .contains("failed-tests")
                    .doesNotContain("steer the flow");
            assertThat(LAB.client().ping(3, LAB.server().ip4()))
                    .as("a new chain changes nothing")
                    .contains(" 0% packet loss");
            apply(1).ok();
            assertThat(LAB.flowstream("ps").ok().out()).contains("ready");
        } finally {
            LAB.flowstream("rm", "wrong").ok();
        }
    }
}
