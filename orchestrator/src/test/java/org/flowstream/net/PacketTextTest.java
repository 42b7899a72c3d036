package org.flowstream.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.flowstream.problem.BadValueException;
import org.junit.jupiter.api.Test;

final class PacketTextTest {
    private static final List<String> CANONICAL = List.of(
            "ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) / ip(src=198.51.100.7, dst=10.0.0.2, ttl=64) / "
                    + "tcp(sport=40112, dport=22, flags=S)",
            "ether(src=02:00:00:00:00:01, dst=ff:ff:ff:ff:ff:ff) / arp(op=1, sha=02:00:00:00:00:01, spa=192.0.2.1, "
                    + "tha=00:00:00:00:00:00, tpa=192.0.2.2)",
            "ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02, type=0x88a8) / vlan(id=5, pcp=3) / vlan(id=4095, dei=1) / "
                    + "ip6(src=2001:db8::1, dst=2001:db8::2, hlim=255, tc=0xb8, flow=0xfffff) / udp(sport=1, dport=65535) / "
                    + "\"abc\"",
            "ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) / ip(src=10.0.0.1, dst=10.0.0.2, ttl=1, tos=0x3, id=7, "
                    + "mf=1, frag=185) / hex(\"0102\") / pad(24)",
            "ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) / ip6(src=::1, dst=::2, hlim=64) / frag6(frag=0, mf=1, "
                    + "id=9) / tcp(sport=1, dport=2, flags=A, ack=77, options=020405b4) / bytes(8)",
            "ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) / ip(src=192.0.2.1, dst=192.0.2.2, ttl=64) / "
                    + "icmp(type=3, code=4, seq=1400) / ip(src=10.0.0.1, dst=10.0.0.2, ttl=64, length=1500) / "
                    + "udp(sport=1, dport=2, length=1480, checksum=0x5)",
            "ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) / ip6(src=fe80::1, dst=ff02::1:ff00:2, hlim=255) / "
                    + "icmp6(type=135) / hex(\"fe800000000000000000000000000002\")",
            "ether(src=02:00:00:00:00:01, dst=01:80:c2:00:00:00, type=0x26) / hex(\"424203\") / pad(43)",
            "ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) / ip(src=10.0.0.1, dst=10.0.0.2, ttl=64, checksum=0xdead) / "
                    + "udp(sport=1, dport=2, length=9)");

    @Test
    void textAndFrameStandForEachOther() {
        for (String text : CANONICAL) {
            String shown = PacketText.of(PacketText.parse(text));
            assertThat(PacketText.parse(shown)).as(shown).isEqualTo(PacketText.parse(text));
        }
        for (String text : CANONICAL.subList(0, 7)) {
            assertThat(PacketText.of(PacketText.parse(text))).isEqualTo(text);
        }
    }

    /** Bytes written by hand after the RFCs, their checksums computed by another program. */
    @Test
    void lengthsNumbersAndChecksumsAreComputed() {
        assertThat(hex("ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) / ip(src=198.51.100.7, dst=10.0.0.2) / "
                        + "tcp(sport=40112, dport=22, options=020405b4) / \"hi\""))
                .isEqualTo("0200000000020200000000010800" + "4500002e000000004006468ec63364070a000002"
                        + "9cb0001600000001000000006002faf063c60000020405b46869");
        assertThat(
                        hex(
                                "ether() / vlan(id=5, pcp=3) / ip6(src=2001:db8::1, dst=2001:db8::2) / udp(sport=40000) / \"abc\""))
                .isEqualTo("0200000000020200000000018100" + "600586dd" + "60000000000b1140"
                        + "20010db8000000000000000000000001" + "20010db8000000000000000000000002"
                        + "9c400035000b438b616263");
        assertThat(hex("ip6() / icmp6(id=7, seq=9) / \"x\"")).endsWith("8000ac360007000978");
        assertThat(hex("ip() / icmp(code=0, type=128, id=7, seq=9) / \"x\"")).endsWith("800007ef0007000978");
    }

    @Property(tries = 2_000)
    void everyFrameHasAText(@ForAll @Size(max = 120) byte[] frame) {
        assertThat(PacketText.parse(PacketText.of(frame))).isEqualTo(frame);
    }

    @Test
    void changedFramesHaveATextToo() {
        Random random = new Random(5);
        for (int i = 0; i < 5_000; i++) {
            byte[] frame = PacketText.parse(CANONICAL.get(random.nextInt(CANONICAL.size())));
            if (random.nextBoolean()) {
                frame = Arrays.copyOf(frame, random.nextInt(frame.length + 20));
            }
            for (int changes = random.nextInt(4); changes > 0 && frame.length > 0; changes--) {
                frame[random.nextInt(frame.length)] = (byte) random.nextInt(256);
            }
            assertThat(PacketText.parse(PacketText.of(frame))).isEqualTo(frame);
        }
    }

    @Test
    void mistakesAreNamed() {
        assertThat(mistake("ether() / ipp()")).isEqualTo("unknown layer 'ipp' (did you mean 'ip'?)");
        assertThat(mistake("ip(sorc=1.2.3.4)")).isEqualTo("unknown field 'sorc' of ip (did you mean 'src'?)");
        assertThat(mistake("ip(src=1.2.3)")).startsWith("'1.2.3': expected an IPv4 address");
        assertThat(mistake("ip(ttl=256)")).isEqualTo("ttl=256 does not fit 8 bits");
        assertThat(mistake("tcp(flags=X)")).isEqualTo("'flags=X': expected TCP flags out of CEUAPRSF");
        assertThat(mistake("ip(ttl=1, ttl=2)")).isEqualTo("field 'ttl' of ip is given twice");
        assertThat(mistake("ether(")).isEqualTo("the packet ends too early; expected a field of ether");
        assertThat(mistake("ether() ip()")).isEqualTo("found 'ip()', expected '/' or the end of the packet");
        assertThat(mistake("\"x\" / ip()")).isEqualTo("'ip' stands behind the payload");
        assertThat(mistake("hex(\"123\")")).isEqualTo("'123': expected pairs of hexadecimal digits");
        assertThat(mistake("bytes(70000)")).isEqualTo("'70000': expected a count of bytes, 65536 at most");
        assertThat(mistake("\"x")).isEqualTo("a quote is not closed: \"x");
    }

    private static String mistake(String text) {
        assertThatThrownBy(() -> PacketText.parse(text)).isInstanceOf(BadValueException.class);
        try {
            return HexFormat.of().formatHex(PacketText.parse(text));
        } catch (BadValueException e) {
            return e.getMessage();
        }
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(PacketText.parse(text));
    }
}
