package org.flowstream.firstpacket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.flowstream.net.FrameHeaders;
import org.flowstream.net.PacketText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets that are recognised as further ones of a connection. */
final class SeenFlowTest {
    private static final String UDP = "ip(src=198.18.0.1, dst=198.18.0.2) / udp(sport=5000, dport=53) / \"one\"";

    private static byte[] frame(String text) {
        return PacketText.parse("ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) / " + text);
    }

    private static Optional<SeenFlow> of(String text) {
        return SeenFlow.of(7, 3, frame(text));
    }

    @Test
    void packetsOfAConnectionAreOfOneFlow() {
        String longer =
                "ip(src=198.18.0.1, dst=198.18.0.2, ttl=3, id=77) / udp(sport=5000, dport=53) / \"another one\"";
        assertThat(of(UDP)).isPresent().isEqualTo(of(longer));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ip(src=198.18.0.3, dst=198.18.0.2) / udp(sport=5000, dport=53)",
                "ip(src=198.18.0.1, dst=198.18.0.3) / udp(sport=5000, dport=53)",
                "ip(src=198.18.0.1, dst=198.18.0.2) / udp(sport=5001, dport=53)",
                "ip(src=198.18.0.1, dst=198.18.0.2) / udp(sport=5000, dport=54)",
                "ip(src=198.18.0.1, dst=198.18.0.2) / tcp(sport=5000, dport=53)"
            })
    void othersAreNot(String text) {
        assertThat(of(text)).isPresent().isNotEqualTo(of(UDP));
    }

    @Test
    void whereTheyComeFromCounts() {
        byte[] packet = frame(UDP);
        assertThat(SeenFlow.of(7, 4, packet)).isNotEqualTo(SeenFlow.of(7, 3, packet));
        assertThat(SeenFlow.of(8, 3, packet)).isNotEqualTo(SeenFlow.of(7, 3, packet));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ip6(src=2001:db8::1, dst=2001:db8::2) / udp(sport=53, dport=5353)",
                "ip(src=198.18.0.1, dst=198.18.0.2) / icmp()",
                "vlan(id=5) / ip(src=198.18.0.1, dst=198.18.0.2) / udp(sport=5000, dport=53)",
                "arp(op=1)"
            })
    void othersThanPlainOnesAreReadInFull(String text) {
        assertThat(of(text)).isEmpty();
    }

    @Test
    void fragmentsAndOptionsAreReadInFull() {
        byte[] fragment = frame(UDP);
        fragment[20] |= 0x20;
        assertThat(SeenFlow.of(7, 3, fragment)).isEmpty();
        byte[] options = frame(UDP);
        options[14] = 0x46;
        assertThat(SeenFlow.of(7, 3, options)).isEmpty();
    }

    /** Whatever is taken for the same flow is the same flow by its headers, too. */
    @Property(tries = 3000)
    void itAgreesWithTheHeaders(
            @ForAll @IntRange(min = 12, max = 41) int place,
            @ForAll byte value,
            @ForAll @IntRange(max = 42) int length) {
        byte[] one = frame(UDP);
        byte[] other = Arrays.copyOf(one, Math.max(length, place + 1));
        other[place] = value;
        Optional<SeenFlow> seen = SeenFlow.of(7, 3, other);
        if (seen.isPresent()) {
            boolean same = FrameHeaders.of(one).equals(FrameHeaders.of(other));
            assertThat(seen.equals(SeenFlow.of(7, 3, one))).isEqualTo(same);
        }
    }
}
