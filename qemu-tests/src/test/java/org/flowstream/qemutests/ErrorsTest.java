package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is asked wrongly, or cannot be done: one clear line that names the cure, status 1 or 2, and nothing made. */
class ErrorsTest {
    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    private static void fails(int status, String says, String... arguments) {
        Command.Result result = LAB.flowstream(arguments);
        assertThat(result.all()).as(result.what()).contains(says);
        assertThat(result.status()).as(result.what()).isEqualTo(status);
        assertThat(result.all()).doesNotContain("Exception").doesNotContain("\tat ");
    }

    @Test
    void aNameThatIsTakenIsRefused() {
        try (Middlebox wire = Middlebox.between(LAB, "wire", "taken")) {
            assertThat(wire.state()).isEqualTo("ready");
            fails(1, "taken", "run", "wire", "--name", "taken", "--between", LAB.between());
            assertThat(wire.state()).isEqualTo("ready");
        }
    }

    @Test
    void aBridgeThatIsNotThereIsNamed() {
        fails(1, "nosuchbridge", "run", "wire", "--name", "w", "--between", LAB.between(), "--bridge", "nosuchbridge");
        assertThat(LAB.flowstream("ps").ok().out()).doesNotContain("nosuchbridge");
    }

    @Test
    void aPortThatIsNotThereIsNamed() {
        fails(
                1,
                "nosuchport",
                "run",
                "wire",
                "--name",
                "w",
                "--between",
                "nosuchport:" + LAB.server().port());
    }

    @Test
    void aTemplateThatIsNotThereSuggestsTheNearest() {
        fails(1, "firewall", "run", "firewal", "--name", "w", "--between", LAB.between());
    }

    @Test
    void aParameterThatIsWrongIsNamedAndNothingIsMade() {
        fails(1, "allwo", "run", "firewall", "--name", "w", "--between", LAB.between(), "-p", "rules=allwo all");
    }

    @Test
    void anUnknownOptionIsAUsageError() {
        fails(2, "--nmae", "run", "wire", "--name", "w", "--nmae", "x");
    }
}
