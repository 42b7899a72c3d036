package org.flowstream.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.flowstream.image.Manifest;
import org.flowstream.model.HealthSpec;
import org.flowstream.net.MacAddress;
import org.junit.jupiter.api.Test;

/** What a middlebox tells of its drops and of itself. */
final class DropReportTest {
    private static final Manifest MANIFEST = new Manifest(
            "firewall",
            "1.0.0",
            new TreeMap<>(),
            List.of(),
            List.of(
                    new Manifest.Element("filter", "IPFilter", "firewall.click", 7, List.of("allow udp", "deny all")),
                    new Manifest.Element("in", "FromDevice", "firewall.click", 3, List.of())),
            new TreeSet<>(),
            8 << 20,
            HealthSpec.STANDARD,
            List.of(),
            "00".repeat(32),
            "test");

    @Test
    void dropsAreNamedByPlaceAndRuleAndCountedOnce() {
        DropReport report = DropReport.parse("""
                filter\tdenied\t-\t10\t500\t60\t
                filter\tdenied\t1\t9\t400\t64\t
                filter\tmalformed\t-\t2\t0\t0\t
                filter\tdenied\t7\t1\t1\t1\t
                added\tring-full\t-\t3\t0\t0\t
                """, MANIFEST);
        assertThat(report.rows())
                .extracting(row -> row.element() + " " + row.file() + ":" + row.line() + " " + row.reason() + " "
                        + row.rule().map(String::valueOf).orElse("-") + " '" + row.ruleText() + "' " + row.packets())
                .containsExactly(
                        "filter firewall.click:7 denied - '' 10",
                        "filter firewall.click:7 denied 1 'deny all' 9",
                        "filter firewall.click:7 malformed - '' 2",
                        "filter firewall.click:7 denied 7 '' 1",
                        "added :0 ring-full - '' 3");
        assertThat(report.total()).isEqualTo(25);
        assertThat(report.filters()).containsExactly("filter");
        assertThat(report.with(Map.of("filter", List.of("allow tcp", "deny udp")))
                        .rows())
                .extracting(DropReport.Row::ruleText)
                .containsExactly("", "deny udp", "", "", "");
    }

    @Test
    void textThatIsNoReportIsNamed() {
        assertThatThrownBy(() -> DropReport.parse("filter\tdenied", MANIFEST))
                .hasMessageContaining("has 2 columns, not 7");
    }

    @Test
    void countersAreRead() {
        assertThat(Counters.Pool.parse("1024 1000 900\n")).isEqualTo(new Counters.Pool(1024, 1000, 900));
        assertThat(Counters.devices("0\teth0\t02:00:00:00:00:01\t1\t60\t2\t120\t3\t4\n"))
                .containsExactly(
                        new Counters.Device(0, "eth0", MacAddress.parse("02:00:00:00:00:01"), 1, 60, 2, 120, 3, 4));
        assertThatThrownBy(() -> Counters.devices("0\teth0")).hasMessageContaining("expected 9 fields");
        assertThatThrownBy(() -> Counters.Pool.parse("1 2 x")).hasMessage("'x': expected a number");
    }
}
