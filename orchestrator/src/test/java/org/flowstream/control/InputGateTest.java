package org.flowstream.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class InputGateTest {
    @Test
    void recordsEndWithOneThatAsksForNothing() {
        assertThat(InputGate.records(List.of(new InputGate.Frame(1, new byte[] {7, '\n'}))))
                .containsExactly(1, 0, 2, 0, 7, '\n', 0, 0, 0, 0);
    }
}
