package org.flowstream.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.flowstream.problem.BadValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressTest {
    @Property(tries = 200)
    void macAddressesComeBack(@ForAll @LongRange(min = 0, max = 0xffff_ffff_ffffL) long bits) {
        MacAddress address = new MacAddress(bits);
        assertThat(MacAddress.parse(address.toString())).isEqualTo(address);
        assertThat(MacAddress.parse(address.toString().replace(':', '-'))).isEqualTo(address);
        assertThat(MacAddress.of(address.toBytes(), 0)).isEqualTo(address);
    }

    @Property(tries = 200)
    void ip4AddressesComeBack(@ForAll int bits) {
        Ip4Address address = new Ip4Address(bits);
        assertThat(Ip4Address.parse(address.toString())).isEqualTo(address);
        assertThat(Ip4Address.of(address.toBytes(), 0)).isEqualTo(address);
    }

    /** The JDK's own parser reads what we write, and the other way round: it writes all eight groups. */
    @Property(tries = 200)
    void ip6AddressesAreThoseOfTheJdk(
            @ForAll @Size(16) byte[] bytes,
            @ForAll @IntRange(max = 16) int from,
            @ForAll @IntRange(max = 16) int length)
            throws UnknownHostException {
        for (int i = from; i < Math.min(16, from + length); i++) {
            bytes[i] = 0;
        }
        Ip6Address address = Ip6Address.of(bytes, 0);
        assertThat(address.toBytes()).isEqualTo(bytes);
        assertThat(Ip6Address.parse(address.toString())).isEqualTo(address);
        InetAddress jdk = InetAddress.getByAddress(bytes);
        if (jdk.getAddress().length == 16) {
            assertThat(Ip6Address.parse(jdk.getHostAddress())).isEqualTo(address);
            assertThat(InetAddress.getByName(address.toString())).isEqualTo(jdk);
        }
    }

    /** RFC 5952, sections 4 and 5. */
    @ParameterizedTest
    @CsvSource({
        "2001:0db8::0001, 2001:db8::1",
        "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:DB8::A, 2001:db8::a",
        "::, ::",
        "::1, ::1",
        "fe80::, fe80::",
        "::ffff:192.0.2.1, ::ffff:c000:201",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0"
    })
    void ip6AddressesAreWrittenAsRecommended(String text, String canonical) {
        assertThat(Ip6Address.parse(text)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":::",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                "12345::",
                "g::",
                "1:2:3:4:5:6:7:8::",
                "::1.2.3",
                "1.2.3.4::",
                "::1.2.3.256",
                ":1::",
                "1:"
            })
    void badIp6AddressesAreRefused(String text) {
        assertThatThrownBy(() -> Ip6Address.parse(text))
                .isInstanceOf(BadValueException.class)
                .hasMessage("'" + text + "': expected an IPv6 address such as 2001:db8::1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "1.2.3.-4", "a.b.c.d", "1.2.3.4 "})
    void badIp4AddressesAreRefused(String text) {
        assertThatThrownBy(() -> Ip4Address.parse(text))
                .isInstanceOf(BadValueException.class)
                .hasMessage("'" + text + "': expected an IPv4 address such as 192.0.2.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1:2:3:4:5", "1:2:3:4:5:6:7", "1:2:3:4:5:g", "1:2-3:4:5:6", "111:2:3:4:5:6", "00112.2334.455"
            })
    void badMacAddressesAreRefused(String text) {
        assertThatThrownBy(() -> MacAddress.parse(text)).isInstanceOf(BadValueException.class);
    }

    @Test
    void macAddressesAreReadInAllForms() {
        MacAddress expected = new MacAddress(0x0a0b0c0d0e0fL);
        assertThat(MacAddress.parse("a:B:c:0D:e:f")).isEqualTo(expected);
        assertThat(MacAddress.parse("0a0b.0c0d.0e0f")).isEqualTo(expected);
        assertThat(MacAddress.parse("0a.0b.0c.0d.0e.0f")).isEqualTo(expected);
        assertThat(MacAddress.parse("01:00:5e:00:00:01").isGroup()).isTrue();
        assertThat(expected.isGroup()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.77/24, 192.0.2.0/24",
        "192.0.2.77/255.255.255.0, 192.0.2.0/24",
        "10.0.0.1, 10.0.0.1/32",
        "10.0.0.1/0, 0.0.0.0/0",
        "10.0.0.1/0.0.0.0, 0.0.0.0/0"
    })
    void ip4PrefixesAreNormalised(String text, String canonical) {
        assertThat(Ip4Prefix.parse(text)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/255.0.255.0", "10.0.0/8", "/8"})
    void badIp4PrefixesAreRefused(String text) {
        assertThatThrownBy(() -> Ip4Prefix.parse(text)).isInstanceOf(BadValueException.class);
    }

    @Test
    void prefixesContainTheirAddresses() {
        assertThat(Ip4Prefix.parse("10.1.0.0/16").contains(Ip4Address.parse("10.1.255.255")))
                .isTrue();
        assertThat(Ip4Prefix.parse("10.1.0.0/16").contains(Ip4Address.parse("10.2.0.0")))
                .isFalse();
        Ip6Prefix prefix = Ip6Prefix.parse("2001:db8:0:0:ff00::/72");
        assertThat(prefix).hasToString("2001:db8:0:0:ff00::/72");
        assertThat(prefix.contains(Ip6Address.parse("2001:db8::ff12:0:0:1"))).isTrue();
        assertThat(prefix.contains(Ip6Address.parse("2001:db8::fe12:0:0:1"))).isFalse();
        assertThat(Ip6Prefix.parse("::1/0")).hasToString("::/0");
        assertThat(Ip6Prefix.parse("::1").length()).isEqualTo(128);
    }

    @Test
    void etherTypesAreReadByNumberAndName() {
        assertThat(EtherType.parse("0x0800")).isEqualTo(EtherType.IP).hasToString("0x0800");
        assertThat(EtherType.parse("2048")).isEqualTo(EtherType.IP);
        assertThat(EtherType.parse("arp")).isEqualTo(EtherType.ARP);
        assertThat(EtherType.parse("IP6")).isEqualTo(EtherType.IP6);
        assertThatThrownBy(() -> EtherType.parse("65536"))
                .hasMessage("'65536': expected an EtherType such as 0x0800, ip, arp, ip6 or vlan");
    }
}
