package org.flowstream.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flowstream.host.Program;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.problem.Problems;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateDevice.Role;
import org.flowstream.template.TemplateFiles;
import org.flowstream.template.TemplateLoader;
import org.flowstream.template.TemplateTest;
import org.flowstream.template.TemplateTestReader;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * 100,000 malformed frames with 10,000 good ones among them through every stock template, on the process build with
 * AddressSanitizer and UndefinedBehaviorSanitizer. The good frames are those of the template's own packet tests, again and
 * again; what becomes of them is what becomes of them alone, but for a rate or a queue that all share; every frame is
 * received, and no packet is lost for good.
 */
final class HostileFramesTest {
    private static final int GOOD = Integer.getInteger("hostile.good", 10_000);
    private static final int BAD = 10 * GOOD;
    private static final Duration BOUND = Duration.ofMinutes(5);
    private static final long APART = 200_000;
    /** All that waits for something has given up by then. */
    private static final long AFTERWARDS = Duration.ofHours(3).toNanos();
    /** What a box numbers itself, in headers that it puts before a frame: IPv4 identification and checksum, GRE's number. */
    private static final int NUMBERED_BYTES = 8;

    private static final int TAIL = 16;

    private static final Set<String> KEEPING_COUNT = Set.of("observe", "drop", "rate-limit", "redirect");
    private static final int FREE = 1;
    /** What malformed frames may cost a good one: its share of a rate, its room in a queue. */
    private static final Set<String> CONTENDED = Set.of("rate", "queue-full");

    @TempDir
    private static Path folder;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Arrival(int device, long time, byte[] frame) {}

    private record Outcome(List<List<byte[]>> left, Map<String, String> handlers) {}

    @TestFactory
    Stream<DynamicTest> everyStockTemplate() {
        Path engine = engine();
        ImageCompiler compiler = ImageCompiler.ofProgram();
        return TemplateFiles.Stock.names().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> run(engine, compiler, TemplateLoader.stock(name))));
    }

    /** The process build with sanitizers, by either compiler, as new as the ordinary one. */
    private static Path engine() {
        Path runtime = Path.of("../vm-images/target/runtime");
        Path ordinary = runtime.resolve("flowstream-engine");
        List<Path> built = Stream.of("flowstream-engine-checked", "fuzz/flowstream-engine-checked")
                .map(runtime::resolve)
                .filter(it -> time(it) >= time(ordinary) && time(it) > 0)
                .toList();
        assumeTrue(
                !built.isEmpty(),
                "no process build with sanitizers: make -C vm-images OUT=target/runtime flowstream-engine-checked");
        return built.get(0).toAbsolutePath();
    }

    private static long time(Path file) {
        return file.toFile().lastModified();
    }

    private static void run(Path engine, ImageCompiler compiler, Template template) throws IOException {
        Problems problems = new Problems();
        List<TemplateTest> tests = TemplateTestReader.readAll(template, problems);
        problems.throwIfAny();
        TemplateTest test = tests.stream()
                .max(Comparator.comparing(HostileFramesTest::expected))
                .orElseThrow();
        Image image = compiler.build(template, ParameterBinder.bind(template, test.parameters(), problems), problems);
        Path file = folder.resolve(template.name() + ".elf");
        image.writeTo(file);
        List<byte[]> samples = tests.stream()
                .flatMap(it -> it.sends().stream())
                .map(it -> it.frame().bytes())
                .filter(it -> it.length >= 14)
                .toList();
        List<Arrival> good = new ArrayList<>();
        List<Arrival> all = new ArrayList<>();
        mix(template, test, new HostileFrames(samples, 8), good, all);

        Outcome alone = pass(engine, file, template, good);
        Outcome mixed = pass(engine, file, template, all);
        assertThat(alone.left.stream().mapToInt(List::size).sum())
                .as("what leaves of good frames")
                .isGreaterThan(GOOD / 20);
        boolean counted = KEEPING_COUNT.containsAll(image.manifest().effects());
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < template.devices().size(); i++) {
            int device = i;
            assertThat(received(mixed, device))
                    .as("received by device " + device)
                    .isEqualTo(all.stream().filter(it -> it.device == device).count());
            List<byte[]> wanted = alone.left.get(device);
            if (template.devices().get(device).role().equals(Optional.of(Role.COPY_TO))) {
                // A collector is also told of all frames together.
                wanted = wanted.stream().filter(it -> carriesOne(it, good)).toList();
            }
            missing.addAll(missing(wanted, mixed.left.get(device), counted ? 0 : NUMBERED_BYTES));
        }
        assertThat(missing)
                .as("what leaves of good frames alone, and does not among malformed ones")
                .hasSizeLessThanOrEqualTo(dropped(mixed, CONTENDED));
        String[] pool = mixed.handlers.getOrDefault("pool", "").strip().split(" ", -1);
        assertThat(pool[FREE])
                .as("packets of the pool that are free, of " + pool[0])
                .isEqualTo(pool[0]);
        if (counted) {
            assertThat(dropped(mixed, Set.of())
                            + mixed.left.stream().mapToLong(List::size).sum())
                    .as("dropped and sent")
                    .isEqualTo(all.size());
        }
    }

    private static int expected(TemplateTest test) {
        return test.expected().values().stream().mapToInt(List::size).sum();
    }

    /** The test's frames again and again, in order, and malformed ones among them at no regular distance. */
    private static void mix(
            Template template, TemplateTest test, HostileFrames hostile, List<Arrival> good, List<Arrival> all) {
        List<String> names = template.devices().stream().map(it -> it.name()).toList();
        List<TemplateTest.Send> sends = test.sends().stream()
                .sorted(Comparator.comparing(TemplateTest.Send::at))
                .toList();
        SplittableRandom random = new SplittableRandom(7);
        long time = TemplateTestRunner.BEGIN;
        for (int bad = 0; good.size() < GOOD || bad < BAD; time += APART) {
            if (bad == BAD || (good.size() < GOOD && random.nextInt(11) == 0)) {
                TemplateTest.Send send = sends.get(good.size() % sends.size());
                Arrival arrival = new Arrival(
                        names.indexOf(send.device()), time, send.frame().bytes());
                good.add(arrival);
                all.add(arrival);
            } else {
                all.add(new Arrival(random.nextInt(names.size()), time, hostile.next()));
                bad++;
            }
        }
        Arrival last = new Arrival(0, time + AFTERWARDS, new byte[] {1, 2, 3});
        good.add(last);
        all.add(last);
    }

    private static Outcome pass(Path engine, Path image, Template template, List<Arrival> arrivals) throws IOException {
        List<String> argv = new ArrayList<>(List.of(
                "env",
                "ASAN_OPTIONS=detect_leaks=0:halt_on_error=1",
                "UBSAN_OPTIONS=print_stacktrace=1",
                engine.toString(),
                image.toString(),
                "--simtime",
                "--seed",
                "1"));
        List<Path> out = new ArrayList<>();
        for (int i = 0; i < template.devices().size(); i++) {
            int device = i;
            Path in = folder.resolve(device + ".in.pcap");
            PcapFile.write(
                    in,
                    arrivals.stream()
                            .filter(it -> it.device == device)
                            .map(it -> new PcapFile.Entry(it.time, it.frame))
                            .toList());
            out.add(folder.resolve(device + ".out.pcap"));
            argv.addAll(List.of("--device", device + "=pcap:" + in + "," + out.get(device)));
        }
        List.of("pool", "devices", "drops").forEach(it -> argv.addAll(List.of("--read", it)));
        Program.Output output = Program.run(argv, BOUND);
        assertThat(output.ok()).as(output.err()).isTrue();
        List<List<byte[]>> left = new ArrayList<>();
        for (Path each : out) {
            left.add(PcapFile.read(each).stream().map(PcapFile.Entry::frame).toList());
            Files.delete(each);
        }
        return new Outcome(left, TemplateTestRunner.values(output.out()));
    }

    /** The wanted frames that are not found in their place among the others, as text. */
    private static List<String> missing(List<byte[]> wanted, List<byte[]> got, int tolerance) {
        List<String> missing = new ArrayList<>();
        int after = 0;
        for (int i = 0; i < wanted.size(); i++) {
            int at = after;
            while (at < got.size() && !alike(wanted.get(i), got.get(at), tolerance)) {
                at++;
            }
            if (at < got.size()) {
                after = at + 1;
            } else {
                missing.add(
                        "frame " + i + " of " + wanted.size() + ": " + org.flowstream.net.PacketText.of(wanted.get(i)));
            }
        }
        return missing;
    }

    /** Whether a frame ends as one of those does that were sent. */
    private static boolean carriesOne(byte[] frame, List<Arrival> sent) {
        return sent.stream()
                .map(Arrival::frame)
                .distinct()
                .anyMatch(it -> it.length >= TAIL
                        && frame.length >= TAIL
                        && Arrays.equals(it, it.length - TAIL, it.length, frame, frame.length - TAIL, frame.length));
    }

    private static boolean alike(byte[] a, byte[] b, int tolerance) {
        if (a.length != b.length) {
            return false;
        }
        return Arrays.equals(a, b)
                || IntStream.range(0, a.length)
                                .filter(i -> a[i] != b[i])
                                .limit(tolerance + 1L)
                                .count()
                        <= tolerance;
    }

    private static long received(Outcome outcome, int device) {
        return outcome.handlers
                .getOrDefault("devices", "")
                .lines()
                .map(line -> line.split("\t", -1))
                .filter(fields -> fields[0].equals(Integer.toString(device)))
                .map(fields -> Long.valueOf(fields[3]))
                .findFirst()
                .orElse(-1L);
    }

    /** The packets that were dropped for any of these reasons; for whatever reason when there are none. */
    private static int dropped(Outcome outcome, Set<String> reasons) {
        return outcome.handlers
                .getOrDefault("drops", "")
                .lines()
                .map(line -> line.split("\t", -1))
                .filter(fields -> reasons.isEmpty() || reasons.contains(fields[1]))
                .mapToInt(fields -> Integer.parseInt(fields[3]))
                .sum();
    }
}
