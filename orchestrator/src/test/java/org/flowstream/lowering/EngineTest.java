package org.flowstream.lowering;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flowstream.element.ElementLibrary;
import org.flowstream.net.PacketText;
import org.flowstream.problem.ProblemText;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.process.EngineProgram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real engine decides packets as reading the patterns one by one does. */
final class EngineTest {
    private static final int PACKETS = 400;
    private static final int PATTERNS = 25;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theEngineClassifiesAsThePatternsSay(long seed) throws IOException, InterruptedException {
        RandomRules random = new RandomRules(seed, false);
        List<NaivePattern> patterns = new ArrayList<>();
        for (int i = 0; i < PATTERNS; i++) {
            patterns.add(random.pattern(2));
        }
        int[] expected = new int[PATTERNS + 1];
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < PACKETS; i++) {
            NaivePacket packet = random.packet();
            frames.add(frame(packet));
            expected[first(patterns, packet)]++;
        }
        String text = "FromDevice(0) -> MarkIPHeader(14) -> c :: IPClassifier("
                + patterns.stream().map(it -> it.text() + ", ").collect(Collectors.joining()) + "-); end :: Discard;\n"
                + IntStream.rangeClosed(0, PATTERNS)
                        .mapToObj(it -> "c[" + it + "] -> c" + it + " :: Counter -> end;\n")
                        .collect(Collectors.joining());
        List<String> handlers = IntStream.rangeClosed(0, PATTERNS)
                .mapToObj(it -> "c" + it + ".count")
                .toList();
        String output = run(text, frames, handlers);
        String wanted = IntStream.rangeClosed(0, PATTERNS)
                .mapToObj(it -> "c" + it + ".count:\n" + expected[it] + "\n")
                .collect(Collectors.joining("\n"));
        assertThat(output.strip()).as(text).isEqualTo(wanted.strip());
    }

    @Test
    void ip6PatternsAreThoseOfIp4WithOtherAddresses() throws IOException, InterruptedException {
        String other = "ether(type=0x86dd) / ip6(src=2001:db8::1, dst=2001:db8::2, hlim=9) / ";
        List<byte[]> frames = Stream.of(
                        other + "tcp(sport=1, dport=80)",
                        other + "tcp(sport=1, dport=81)",
                        other.replace("::2", "::3") + "tcp(sport=1, dport=80)",
                        other + "icmp6(type=128, code=0)",
                        other + "udp(sport=5, dport=53)")
                .map(PacketText::parse)
                .toList();
        String text = "FromDevice(0) -> MarkIP6Header(14) -> c :: IP6Classifier("
                + "dst host 2001:db8::2 && tcp dst port www, icmp6 type 128, src net 2001:db8::/32 && udp, -);"
                + "end :: Discard; c[0] -> a :: Counter -> end; c[1] -> b :: Counter -> end;"
                + "c[2] -> d :: Counter -> end; c[3] -> e :: Counter -> end;";
        assertThat(run(text, frames, List.of("a.count", "b.count", "d.count", "e.count")))
                .isEqualTo("a.count:\n1\n\nb.count:\n1\n\nd.count:\n1\n\ne.count:\n2\n\n");
    }

    private static byte[] frame(NaivePacket packet) {
        // The header says how long the packet is, so that nothing behind it is read.
        packet.bytes()[2] = (byte) (packet.bytes().length >> 8);
        packet.bytes()[3] = (byte) packet.bytes().length;
        return ByteBuffer.allocate(14 + packet.bytes().length)
                .put(new byte[12])
                .putShort((short) 0x0800)
                .put(packet.bytes())
                .array();
    }

    /** The first pattern that matches; their number when none does. */
    private static int first(List<NaivePattern> patterns, NaivePacket packet) {
        return IntStream.range(0, patterns.size())
                .filter(it -> patterns.get(it).matches(packet))
                .findFirst()
                .orElse(patterns.size());
    }

    /** Many rules: what passed, and each packet that was dropped by the rule that did it. */
    @ParameterizedTest
    @ValueSource(longs = {6, 7})
    void theEngineNamesTheRuleThatDropped(long seed) throws IOException, InterruptedException {
        RandomRules random = new RandomRules(seed, false);
        List<NaivePattern> patterns = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            patterns.add(
                    i > 300 && random.below(200) == 0
                            ? random.pattern(2)
                            : new NaivePattern.And(List.of(random.pattern(1), random.exactFlow()), " && "));
        }
        Map<String, Long> dropped = new TreeMap<>();
        List<byte[]> frames = new ArrayList<>();
        int passed = 0;
        for (int i = 0; i < PACKETS; i++) {
            NaivePacket packet = random.packet();
            frames.add(frame(packet));
            int rule = first(patterns, packet);
            if (rule % 3 == 0 && rule < patterns.size()) {
                passed++;
            } else {
                dropped.merge(rule == patterns.size() ? "no-match -" : "denied " + rule, 1L, Long::sum);
            }
        }
        String text = "FromDevice(0) -> MarkIPHeader(14) -> f :: IPFilter("
                + IntStream.range(0, patterns.size())
                        .mapToObj(it -> (it % 3 == 0 ? "allow " : "deny ")
                                + patterns.get(it).text())
                        .collect(Collectors.joining(", "))
                + ") -> c :: Counter -> Discard;";
        String output = run(text, frames, List.of("c.count", "f.drops"));
        Map<String, Long> found = new TreeMap<>();
        for (String line : output.lines().toList()) {
            String[] parts = line.split("\t", -1);
            if (parts.length > 4) {
                found.put(parts[1] + " " + parts[2], Long.parseLong(parts[3]));
            }
        }
        assertThat(found).as("seed " + seed).isEqualTo(dropped);
        assertThat(dropped.size()).isGreaterThan(4);
        assertThat(output).startsWith("c.count:\n" + passed + "\n");
    }

    private String run(String configuration, List<byte[]> frames, List<String> handlers)
            throws IOException, InterruptedException {
        Problems problems = new Problems();
        Path blob = folder.resolve("blob");
        Files.write(
                blob,
                ConfigurationCompiler.compile(
                                new SourceText("test.click", configuration),
                                Map.of(),
                                ElementLibrary.load(),
                                Devices.NUMBERED,
                                problems)
                        .orElseThrow(() -> new AssertionError(ProblemText.terminal(problems.list())))
                        .blob()
                        .toBytes());
        Path input = folder.resolve("in.pcap");
        Files.write(input, pcap(frames));
        try (EngineProgram engine = EngineProgram.ofProgram()) {
            List<String> command = new ArrayList<>(
                    List.of(engine.file().toString(), blob.toString(), "--device", "0=pcap:" + input, "--simtime"));
            handlers.forEach(it -> {
                command.add("--read");
                command.add(it);
            });
            Process process = new ProcessBuilder(command)
                    .redirectError(folder.resolve("errors").toFile())
                    .redirectOutput(folder.resolve("output").toFile())
                    .start();
            boolean ended = process.waitFor(30, TimeUnit.SECONDS);
            process.destroyForcibly();
            assertThat(ended).as("the engine ended within 30 s").isTrue();
            assertThat(process.exitValue())
                    .as(Files.readString(folder.resolve("errors")))
                    .isZero();
            return Files.readString(folder.resolve("output"), UTF_8);
        }
    }

    private static byte[] pcap(List<byte[]> frames) {
        int length = 24 + frames.stream().mapToInt(it -> 16 + it.length).sum();
        ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putLong(0);
        out.putInt(65535).putInt(1);
        for (int i = 0; i < frames.size(); i++) {
            int size = frames.get(i).length;
            out.putInt(1).putInt(i).putInt(size).putInt(size).put(frames.get(i));
        }
        return out.array();
    }
}
