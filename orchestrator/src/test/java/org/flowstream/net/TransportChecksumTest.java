package org.flowstream.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Frames made by scapy 2.5, and changed by hand. */
final class TransportChecksumTest {
    private static final String TCP = "0200000000020200000000010800" + "4500002b00010000400666ca0a0000010a000002"
            + "0001005000000000000000005002" + "2000b7290000" + "616263";
    private static final String TAGGED_TCP6 = "0200000000020200000000018100000786dd"
            + "600000000018064020010db800000000000000000000000120010db8000000000000000000000002"
            + "000100500000000000000000500220006f52000061626364";
    private static final String UDP =
            "0200000000020200000000010800" + "4500001f00010000401166cb0a0000010a000002" + "00010035000b273d" + "616263";
    private static final String ICMP =
            "0200000000020200000000010800" + "4500001c00010000400166de0a0000010a000002" + "0800f7ff00000000";

    private static TransportChecksum of(String hex) {
        return TransportChecksum.of(HexFormat.of().parseHex(hex));
    }

    @Test
    void rightOnes() {
        assertThat(of(TCP)).isEqualTo(TransportChecksum.GOOD);
        assertThat(of(TAGGED_TCP6)).isEqualTo(TransportChecksum.GOOD);
        assertThat(of(UDP)).isEqualTo(TransportChecksum.GOOD);
        assertThat(of(TCP + "000000")).as("padded").isEqualTo(TransportChecksum.GOOD);
        assertThat(of(UDP.replace("273d", "0000"))).as("none made").isEqualTo(TransportChecksum.GOOD);
    }

    @Test
    void unfinishedOnesHoldThePseudoHeadersSum() {
        // 0a00 + 0001 + 0a00 + 0002 + protocol 6 + length 0x17
        assertThat(of(TCP.replace("b729", "1420"))).isEqualTo(TransportChecksum.UNFINISHED);
        assertThat(of(TCP.replace("b729", "1421"))).isEqualTo(TransportChecksum.WRONG);
        assertThat(of(TCP.replace("616263", "616264"))).isEqualTo(TransportChecksum.WRONG);
    }

    @Test
    void whatCannotBeToldIsNot() {
        assertThat(of(ICMP)).isEqualTo(TransportChecksum.NONE);
        assertThat(of(TCP.replace("00010000400666ca", "00012000400646ca")))
                .as("a first fragment")
                .isEqualTo(TransportChecksum.NONE);
        byte[] whole = HexFormat.of().parseHex(TAGGED_TCP6);
        for (int length = 0; length < whole.length; length++) {
            assertThat(TransportChecksum.of(Arrays.copyOf(whole, length)))
                    .as("cut to " + length)
                    .isEqualTo(TransportChecksum.NONE);
        }
    }
}
