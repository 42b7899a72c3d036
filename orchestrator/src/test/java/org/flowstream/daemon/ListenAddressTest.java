package org.flowstream.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.flowstream.problem.BadValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ListenAddressTest {
    @Test
    void aPortAloneIsOneOfTheLoopbackInterface() {
        assertThat(ListenAddress.parse("9469")).isEqualTo(new ListenAddress("127.0.0.1", 9469));
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.1:9469, 10.0.0.1, 9469", "[::1]:80, ::1, 80", "localhost:1, localhost, 1"})
    void anAddressIsReadAndWritten(String text, String host, int port) {
        ListenAddress address = ListenAddress.parse(text);
        assertThat(address).isEqualTo(new ListenAddress(host, port));
        assertThat(address).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":80", "::1:80", "host", "host:", "host:65536", "host:-1", "[::1]"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> ListenAddress.parse(text)).isInstanceOf(BadValueException.class);
    }
}
