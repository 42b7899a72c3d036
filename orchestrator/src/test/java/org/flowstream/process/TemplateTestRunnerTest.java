package org.flowstream.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.flowstream.image.ImageCompiler;
import org.flowstream.problem.Problems;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateFiles;
import org.flowstream.template.TemplateLoader;
import org.flowstream.template.TemplateTestReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That a test which should fail does, and says why. */
final class TemplateTestRunnerTest {
    @TempDir
    private Path folder;

    @Test
    void whatDiffersIsShownLayerByLayer() throws IOException {
        String click = "FromDevice(0) -> Paint(1) -> c :: Counter -> ToDevice(1); FromDevice(1) -> Discard;";
        List<String> differences = differences(click, """
                test "t"
                send outside 0ms ether() / ip(ttl=64) / udp() / "x"
                send outside 1ms ether() / ip(ttl=64) / udp() / "y"
                expect inside ether() / ip(ttl=63) / udp() / "x"
                handler c.count 7
                drops c denied 1
                """);
        assertThat(differences)
                .containsExactly(
                        """
                        frame 1 out of inside differs:
                            ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02)
                          - ip(src=192.0.2.1, dst=192.0.2.2, ttl=63)
                          + ip(src=192.0.2.1, dst=192.0.2.2, ttl=64)
                            udp(sport=40000, dport=53)
                            "x\"""",
                        "frame 2 out of inside is not expected:\n  + ether(src=02:00:00:00:00:01, dst=02:00:00:00:00:02) / "
                                + "ip(src=192.0.2.1, dst=192.0.2.2, ttl=64) / udp(sport=40000, dport=53) / \"y\"",
                        "handler c.count: expected 7, got 2",
                        "drops of c as denied: expected 1, got 0");
    }

    @Test
    void aFrameThatIsMissingIsNamed() throws IOException {
        assertThat(differences(
                        "FromDevice(0) -> Discard; FromDevice(1) -> ToDevice(0);",
                        "test \"t\"\nsend outside 0ms ether()\nexpect inside same 1\n"))
                .containsExactly("frame 1 out of inside is missing:\n  - ether(src=02:00:00:00:00:01, "
                        + "dst=02:00:00:00:00:02)");
    }

    @Test
    void aTestTakesVirtualTimeOnly() throws IOException {
        String click =
                "FromDevice(0) -> m :: FlowMonitor(CAPACITY 16, TIMEOUT 60) -> ToDevice(1); FromDevice(1) -> Discard;";
        long begin = System.nanoTime();
        assertThat(differences(click, """
                        test "an hour"
                        send outside 0ms ether() / ip() / udp(sport=1)
                        send outside 1h ether() / ip() / udp(sport=2)
                        expect inside same 1
                        expect inside same 2
                        handler m.packets 2
                        """)).isEmpty();
        assertThat(System.nanoTime() - begin).isLessThan(20_000_000_000L);
    }

    @Test
    void aHandlerThatIsNotThereFailsTheTest() throws IOException {
        assertThat(differences(
                                "FromDevice(0) -> c :: Counter -> ToDevice(1); FromDevice(1) -> Discard;",
                                "test \"t\"\nsend outside 0ms ether()\nexpect inside same 1\nhandler c.nosuch 1\n")
                        .toString())
                .contains("c.nosuch");
    }

    @Test
    void pcapFilesAreReadBackAndBrokenOnesRefused() throws IOException {
        Path file = folder.resolve("a.pcap");
        PcapFile.write(
                file,
                List.of(
                        new PcapFile.Entry(1_000_000_000_000_000_001L, new byte[] {1, 2, 3}),
                        new PcapFile.Entry(2_500_000_000L, new byte[0])));
        List<PcapFile.Entry> read = PcapFile.read(file);
        assertThat(read.stream().map(PcapFile.Entry::time)).containsExactly(1_000_000_000_000_000_001L, 2_500_000_000L);
        assertThat(read.get(0).frame()).containsExactly(1, 2, 3);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 10));
        assertThatThrownBy(() -> PcapFile.read(file)).hasMessage(file + " is cut short");
        Files.write(file, new byte[40]);
        assertThatThrownBy(() -> PcapFile.read(file)).hasMessage(file + " is not a pcap file");
    }

    private List<String> differences(String click, String test) throws IOException {
        Files.writeString(folder.resolve("template.json"), """
                {"name": "t", "version": "1.0.0", "summary": "s", "image": {"click": "t.click"}, "tests": ["t.test"],
                 "devices": [{"name": "outside", "mode": "bump"}, {"name": "inside", "mode": "bump"}]}
                """);
        Files.writeString(folder.resolve("t.click"), click);
        Files.writeString(folder.resolve("t.test"), test);
        Problems problems = new Problems();
        Template template =
                TemplateLoader.load(new TemplateFiles.Folder(folder), problems).orElseThrow();
        var tests = TemplateTestReader.readAll(template, problems);
        problems.throwIfAny();
        assertThat(tests).hasSize(1);
        try (EngineProgram engine = EngineProgram.ofProgram()) {
            return new TemplateTestRunner(ImageCompiler.ofProgram(), engine)
                    .run(template, tests.get(0))
                    .differences();
        }
    }
}
