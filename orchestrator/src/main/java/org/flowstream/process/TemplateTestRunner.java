package org.flowstream.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.flowstream.host.Program;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.problem.Problems;
import org.flowstream.template.Frame;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateDevice;
import org.flowstream.template.TemplateTest;

/**
 * Runs packet tests of templates on the engine as a process: frames from pcap files, in virtual time, so that a test of an
 * hour's time-out takes no time.
 */
public final class TemplateTestRunner {
    /** Where virtual time begins, nanoseconds since 1970. */
    public static final long BEGIN = 1_000_000_000_000_000_000L;

    private static final Duration BOUND = Duration.ofSeconds(30);
    /** The handler that tells of all drops. */
    public static final String DROPS = "drops";

    private final ImageCompiler compiler;
    private final EngineProgram engine;

    public TemplateTestRunner(ImageCompiler compiler, EngineProgram engine) {
        this.compiler = compiler;
        this.engine = engine;
    }

    /**
     * How a test went.
     *
     * @param differences where the outcome is not what was expected; none when it has passed
     * @param frames what left, by device and in order; empty when the test could not be run
     */
    public record Result(TemplateTest test, List<String> differences, Map<String, List<Frame>> frames) {
        public Result {
            differences = List.copyOf(differences);
            frames = Map.copyOf(frames);
        }

        /** Of a test that was run. */
        public static Result of(TemplateTest test, TemplateTest.Outcome outcome) {
            return new Result(test, test.compare(outcome), outcome.frames());
        }

        /** Of one that could not be run. */
        public static Result failed(TemplateTest test, String why) {
            return new Result(test, List.of(why), Map.of());
        }

        public boolean passed() {
            return differences.isEmpty();
        }
    }

    /** Runs one test; a test that cannot be run has failed, and its differences say why. */
    public Result run(Template template, TemplateTest test) {
        Problems problems = new Problems();
        Image image = compiler.build(template, ParameterBinder.bind(template, test.parameters(), problems), problems);
        try (TemporaryFolder folder = new TemporaryFolder()) {
            Path file = folder.resolve("image.elf");
            image.writeTo(file);
            List<String> argv = new ArrayList<>(List.of(engine.file().toString(), file.toString(), "--simtime"));
            List<TemplateDevice> devices = template.devices();
            for (int i = 0; i < devices.size(); i++) {
                Path in = folder.resolve(i + ".in.pcap");
                PcapFile.write(in, arriving(test, devices.get(i).name()));
                argv.addAll(List.of("--device", i + "=pcap:" + in + "," + folder.resolve(i + ".out.pcap")));
            }
            argv.addAll(List.of("--seed", "1"));
            handlers(test).forEach(handler -> argv.addAll(List.of("--read", handler)));
            Program.Output output = Program.run(argv, BOUND);
            if (!output.ok()) {
                return Result.failed(
                        test,
                        "the engine ended with status " + output.status() + ": "
                                + output.err().strip());
            }
            Map<String, String> values = values(output.out());
            Map<String, List<Frame>> frames = new TreeMap<>();
            for (int i = 0; i < devices.size(); i++) {
                frames.put(devices.get(i).name(), leaving(folder.resolve(i + ".out.pcap")));
            }
            return Result.of(test, new TemplateTest.Outcome(frames, values, values.getOrDefault(DROPS, "")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run the test \"" + test.name() + "\": " + e.getMessage(), e);
        }
    }

    private static List<PcapFile.Entry> arriving(TemplateTest test, String device) {
        return test.sends().stream()
                .filter(it -> it.device().equals(device))
                .sorted(Comparator.comparing(TemplateTest.Send::at))
                .map(it ->
                        new PcapFile.Entry(BEGIN + it.at().toNanos(), it.frame().bytes()))
                .toList();
    }

    private static List<Frame> leaving(Path file) throws IOException {
        return PcapFile.read(file).stream().map(it -> Frame.of(it.frame())).toList();
    }

    /** What is to be read for a test when its frames have passed. */
    public static Set<String> handlers(TemplateTest test) {
        Set<String> handlers = new LinkedHashSet<>();
        test.handlers().forEach(it -> handlers.add(it.handler()));
        if (!test.drops().isEmpty()) {
            handlers.add(DROPS);
        }
        return handlers;
    }

    /** The values that {@code --read} prints: {@code HANDLER:}, the value, an empty line. */
    static Map<String, String> values(String out) {
        Map<String, String> values = new TreeMap<>();
        String handler = "";
        StringBuilder value = new StringBuilder();
        for (String line : (out + "\n").split("\n", -1)) {
            if (handler.isEmpty()) {
                handler = line.endsWith(":") ? line.substring(0, line.length() - 1) : "";
            } else if (line.isEmpty()) {
                values.put(handler, value.toString());
                handler = "";
                value.setLength(0);
            } else {
                value.append(line).append('\n');
            }
        }
        return values;
    }
}
