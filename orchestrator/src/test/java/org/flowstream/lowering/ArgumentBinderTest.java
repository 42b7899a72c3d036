package org.flowstream.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.flowstream.element.ElementLibrary;
import org.flowstream.problem.ProblemText;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.junit.jupiter.api.Test;

/** Which text an argument takes. */
final class ArgumentBinderTest {
    @Test
    void keywordsMayStandInFront() {
        assertThat(problems("t :: ARPTable; Idle -> q :: ARPQuerier(TABLE t, 10.0.0.1, 2:0:0:0:0:1) -> Discard;"
                        + " Idle -> [1]q;"))
                .isEmpty();
        assertThat(problems("Idle -> Print(MAXLENGTH 4, label) -> Discard;")).contains("too many arguments");
    }

    @Test
    void portsHaveNames() {
        assertThat(problems("Idle -> UDPIPEncap(10.0.0.1, domain, 10.0.0.2, ssh) -> Discard;"))
                .isEmpty();
        assertThat(problems("Idle -> UDPIPEncap(10.0.0.1, domain, 10.0.0.2, nonsense) -> Discard;"))
                .contains("DPORT");
        assertThat(problems("Idle -> Queue(ssh) -> Discard;")).contains("CAPACITY");
    }

    private static String problems(String configuration) {
        Problems problems = new Problems();
        ConfigurationCompiler.compile(
                new SourceText("c.click", configuration),
                Map.of(),
                ElementLibrary.load(),
                Devices.of(List.of(List.of("0"))),
                problems);
        return ProblemText.plain(problems.list());
    }
}
