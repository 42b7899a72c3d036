package org.flowstream.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flowstream.net.PacketText;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file as others read it. */
final class PcapngTest {
    private static final long TIME = 1_700_000_000_123_456_789L;

    @TempDir
    private Path folder;

    private Path file;

    PcapngTest() {}

    @BeforeEach
    void write() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] request = PacketText.parse("ether() / ip(src=10.0.0.1, dst=10.0.0.2) / udp(sport=5, dport=6) / \"x\"");
        byte[] reply = PacketText.parse("ether() / ip(src=10.0.0.2, dst=10.0.0.1) / udp(sport=6, dport=5) / \"yz\"");
        out.write(Pcapng.head("flowstream", "fw.outside", "tap fsabc0", 262_144));
        out.write(Pcapng.packet(new CapturedFrame(TIME, true, request.length, ByteBuffer.wrap(request)), true));
        out.write(
                Pcapng.packet(new CapturedFrame(TIME + 1, false, reply.length, ByteBuffer.wrap(reply, 0, 20)), false));
        out.write(Pcapng.statistics(TIME + 2, 5, 3));
        file = folder.resolve("a.pcapng");
        Files.write(file, out.toByteArray());
    }

    @Test
    void blocksFollowOneAnotherAndSayWhatTheFormatSays() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Integer> types = new ArrayList<>();
        List<Integer> flags = new ArrayList<>();
        while (bytes.hasRemaining()) {
            int at = bytes.position();
            int length = bytes.getInt(at + 4);
            types.add(bytes.getInt(at));
            assertThat(length % 4).isZero();
            assertThat(bytes.getInt(at + length - 4))
                    .as("the length again, at the end")
                    .isEqualTo(length);
            if (bytes.getInt(at) == 6) {
                int padded = bytes.getInt(at + 20) + 3 & ~3;
                assertThat(bytes.getShort(at + 28 + padded)).as("epb_flags").isEqualTo((short) 2);
                flags.add(bytes.getInt(at + 32 + padded));
            }
            bytes.position(at + length);
        }
        assertThat(types).containsExactly(0x0a0d0d0a, 1, 6, 6, 5);
        assertThat(flags).containsExactly(1, 2);
    }

    @Test
    void tcpdumpReadsIt() throws IOException {
        boolean there = Files.exists(Path.of("/usr/bin/tcpdump"));
        if (!there) {
            System.err.println("skipped: there is no /usr/bin/tcpdump to read a capture with");
        }
        Assumptions.assumeTrue(there, "there is no tcpdump");
        Program.Output output = Program.run(List.of("/usr/bin/tcpdump", "-nn", "-tt", "--nano", "-r", file.toString()));
        assertThat(output.ok()).as(output.err()).isTrue();
        List<String> lines = output.out().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).contains("1700000000.123456789 ").contains("10.0.0.1.5 > 10.0.0.2.6: UDP, length 1");
        assertThat(lines.get(1)).contains("1700000000.123456790 ").contains("[|ip]");
    }
}
