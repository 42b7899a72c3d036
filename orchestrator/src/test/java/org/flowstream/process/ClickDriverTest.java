package org.flowstream.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flowstream.click.Libraries;
import org.flowstream.element.ElementLibrary;
import org.flowstream.image.ClickCompiler;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClickDriverTest {
    private static final ElementLibrary LIBRARY = ElementLibrary.load();

    @TempDir
    private Path folder;

    @Test
    void itRunsUntilTheDriverStops() throws IOException {
        assertThat(run("InfiniteSource(LIMIT $N, STOP true) -> c :: Counter -> Discard", List.of("--handler=c.count")))
                .isZero();
        assertThat(folder.resolve("out")).hasContent("5");
        assertThat(folder.resolve("err")).isEmptyFile();
    }

    @Test
    void whatElementsRefuseIsToldInClicksForm() throws IOException {
        assertThat(run("\nIdle -> ToDevice(nosuch0)", List.of("--quit"))).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("err"))).contains("nosuch0");
    }

    /** A device's name is its address, after what AddressInfo says. */
    @Test
    void aDevicesNameIsItsAddress() throws IOException {
        String text = """
                AddressInfo(lan1 10.9.9.9);
                Idle -> a :: SetIPAddress(lan0) -> b :: SetIPAddress(lan0:gw) -> c :: SetIPAddress(lan1)
                    -> d :: SetIPAddress(lan1:gw) -> EtherEncap(0x0800, lan0, lan0:eth) -> Discard;
                """;
        assertThat(run(text, List.of("--quit", "--handler=*.addr"))).isZero();
        assertThat(Files.readString(folder.resolve("out")).lines().filter(it -> it.startsWith("10.")))
                .containsExactly("10.1.0.2", "10.1.0.99", "10.9.9.9", "10.2.0.1");
    }

    private static List<String> addresses(String name) {
        return switch (name) {
            case "lan0" -> List.of("10.1.0.2/24", "02:00:00:00:00:01");
            case "lan0:gw" -> List.of("10.1.0.99");
            case "lan1" -> List.of("10.2.0.2/24");
            default -> List.of();
        };
    }

    private int run(String text, List<String> options) throws IOException {
        Problems problems = new Problems();
        ClickCompiler.Compiled compiled = ClickCompiler.compile(
                        new SourceText("config", text),
                        Map.of("N", "5"),
                        LIBRARY,
                        Libraries.NONE,
                        ClickDriverTest::addresses,
                        problems)
                .orElseThrow();
        return ClickDriver.run(
                compiled,
                "packet",
                options,
                builder -> builder.redirectOutput(folder.resolve("out").toFile())
                        .redirectError(folder.resolve("err").toFile()));
    }
}
