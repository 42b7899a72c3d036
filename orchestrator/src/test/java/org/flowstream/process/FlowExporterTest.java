package org.flowstream.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.flowstream.host.Program;
import org.flowstream.image.ImageCompiler;
import org.flowstream.net.PacketText;
import org.flowstream.problem.Problems;
import org.flowstream.template.Assignment;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the template flow-exporter sends, as a collector written from RFC 7011 reads it. */
final class FlowExporterTest {
    private static final long BEGIN = 1_000_000_000_000_000_000L;
    private static final long MILLISECOND = 1_000_000L;
    private static final int FRAMES = 3_000;
    private static final Map<Integer, String> ADDRESSES = Map.of(8, "from", 27, "from", 12, "to", 28, "to");

    @TempDir
    private Path folder;

    /** An information element and its length in a template. */
    private record Field(int element, int length) {}

    /** Packets and bytes of IP. */
    private record Volume(long packets, long bytes) {
        Volume plus(Volume other) {
            return new Volume(packets + other.packets, bytes + other.bytes);
        }
    }

    /** Knows the templates that it was sent, and sums up what records say of each flow. */
    private static final class Collector {
        private final Map<Integer, List<Field>> templates = new HashMap<>();
        private final Map<String, Volume> flows = new TreeMap<>();
        private long records;
        private int messages;

        void take(ByteBuffer message) throws IOException {
            messages++;
            assertThat(message.getShort()).isEqualTo((short) 10);
            assertThat(message.getShort()).isEqualTo((short) (message.remaining() + 4));
            assertThat(Integer.toUnsignedLong(message.getInt())).isGreaterThanOrEqualTo(BEGIN / 1_000_000_000L);
            assertThat(Integer.toUnsignedLong(message.getInt())).as("sequence").isEqualTo(records);
            assertThat(message.getInt()).as("domain").isEqualTo(7);
            while (message.hasRemaining()) {
                int id = Short.toUnsignedInt(message.getShort());
                int length = Short.toUnsignedInt(message.getShort()) - 4;
                ByteBuffer set = message.slice(message.position(), length);
                message.position(message.position() + length);
                while (set.hasRemaining()) {
                    if (id == 2) {
                        takeTemplate(set);
                    } else {
                        takeRecord(set, templates.getOrDefault(id, List.of()));
                    }
                }
            }
        }

        private void takeTemplate(ByteBuffer set) {
            int id = Short.toUnsignedInt(set.getShort());
            List<Field> fields = new ArrayList<>();
            for (int count = set.getShort(); count > 0; count--) {
                fields.add(new Field(Short.toUnsignedInt(set.getShort()), Short.toUnsignedInt(set.getShort())));
            }
            templates.put(id, fields);
        }

        private void takeRecord(ByteBuffer set, List<Field> fields) throws IOException {
            assertThat(fields).as("a template that was sent before").isNotEmpty();
            Map<Integer, Long> numbers = new HashMap<>();
            Map<String, String> addresses = new TreeMap<>();
            for (Field field : fields) {
                byte[] value = new byte[field.length()];
                set.get(value);
                String end = ADDRESSES.getOrDefault(field.element(), "");
                if (!end.isEmpty()) {
                    addresses.put(end, InetAddress.getByAddress(value).getHostAddress());
                } else {
                    long number = 0;
                    for (byte each : value) {
                        number = (number << 8) | Byte.toUnsignedLong(each);
                    }
                    numbers.put(field.element(), number);
                }
            }
            records++;
            assertThat(numbers.getOrDefault(152, 0L)).isBetween(BEGIN / MILLISECOND, numbers.getOrDefault(153, 0L));
            assertThat(numbers.get(136)).as("flowEndReason").isBetween(1L, 5L);
            String flow = numbers.get(10) + " " + addresses.values() + " " + numbers.get(7) + " " + numbers.get(11);
            flows.merge(flow, new Volume(numbers.getOrDefault(2, 0L), numbers.getOrDefault(1, 0L)), Volume::plus);
        }
    }

    @Test
    void recordsSumUpToWhatWentBy() throws IOException {
        Map<String, Volume> sent = new TreeMap<>();
        List<List<PcapFile.Entry>> entries = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Random random = new Random(11);
        for (int i = 0; i < FRAMES; i++) {
            int side = random.nextInt(2);
            int port = 1_000 + random.nextInt(100);
            int payload = random.nextInt(500);
            boolean four = random.nextBoolean();
            String frame = "ether() / "
                    + (four ? "ip(src=192.0.2.1, dst=192.0.2.9)" : "ip6(src=2001:db8::1, dst=2001:db8::9)")
                    + " / udp(sport=" + port + ", dport=53) / bytes(" + payload + ")";
            entries.get(side).add(new PcapFile.Entry(BEGIN + i * (3 * MILLISECOND), PacketText.parse(frame)));
            String addresses = four ? "[192.0.2.1, 192.0.2.9]" : "[2001:db8:0:0:0:0:0:1, 2001:db8:0:0:0:0:0:9]";
            sent.merge(
                    side + " " + addresses + " " + port + " 53",
                    new Volume(1, (four ? 20 : 40) + 8 + payload),
                    Volume::plus);
        }
        Collector collector = new Collector();
        for (PcapFile.Entry entry : export(entries)) {
            ByteBuffer frame = ByteBuffer.wrap(entry.frame());
            assertThat(entry.frame().length).isLessThanOrEqualTo(14 + 400);
            assertThat(Short.toUnsignedInt(frame.getShort(14 + 20 + 2))).isEqualTo(4739);
            collector.take(frame.slice(14 + 20 + 8, entry.frame().length - 14 - 20 - 8));
        }
        assertThat(collector.flows).isEqualTo(sent);
        assertThat(collector.records).isGreaterThan(sent.size());
        assertThat(collector.messages).isGreaterThan(50);
    }

    /** What leaves by the third device. */
    private List<PcapFile.Entry> export(List<List<PcapFile.Entry>> entries) throws IOException {
        Template template = TemplateLoader.stock("flow-exporter");
        Problems problems = new Problems();
        List<Assignment> assignments = Assignment.of(
                Optional.empty(),
                List.of("domain=7", "mtu=400", "idle_timeout=2", "active_timeout=3", "capacity=300"),
                problems);
        Path image = folder.resolve("image.elf");
        ImageCompiler.ofProgram()
                .build(template, ParameterBinder.bind(template, assignments, problems), problems)
                .writeTo(image);
        problems.throwIfAny();
        try (EngineProgram engine = EngineProgram.ofProgram()) {
            List<String> argv = new ArrayList<>(List.of(engine.file().toString(), image.toString(), "--simtime"));
            for (int i = 0; i < entries.size(); i++) {
                Path in = folder.resolve(i + ".in");
                PcapFile.write(in, entries.get(i));
                argv.addAll(List.of("--device", i + "=pcap:" + in + "," + folder.resolve(i + ".out")));
            }
            Program.Output output = Program.run(argv, Duration.ofSeconds(30));
            assertThat(output.ok()).as(output.err()).isTrue();
            return PcapFile.read(folder.resolve("2.out"));
        }
    }
}
