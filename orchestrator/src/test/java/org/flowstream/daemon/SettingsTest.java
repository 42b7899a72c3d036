package org.flowstream.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.problem.BadValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsTest {
    private static Settings quota(String text) {
        return Settings.of(Map.of("FLOWSTREAM_CPU_QUOTA", text));
    }

    @Test
    void theProcessorsPartOfAMachineIsReadAndHandedOn() {
        assertThat(Settings.of(Map.of()).cpuQuota()).contains(150);
        for (Optional<Integer> percent : List.of(Optional.of(10), Optional.of(250), Optional.<Integer>empty())) {
            Settings settings = quota(percent.map(it -> it + "%").orElse("off"));
            assertThat(settings.cpuQuota()).isEqualTo(percent);
            assertThat(Settings.of(settings.environment())).isEqualTo(settings);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "100", "9%", "-20%", "10000%", "half"})
    void whatIsNoPartOfAProcessorIsRefused(String text) {
        assertThatThrownBy(() -> quota(text))
                .isInstanceOf(BadValueException.class)
                .hasMessageContaining("expected a part of one processor from 10% to 9999%, or off");
    }
}
