package org.flowstream.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.flowstream.control.FramedRecord.Channel;
import org.flowstream.control.FramedRecord.Kind;
import org.junit.jupiter.api.Test;

final class FramedReaderTest {
    /** Channel 1, data, sequence 0xdb02, session 0xc0a1b2c3, payload "a C0 b DB c"; the C side has the same bytes. */
    private static final byte[] WIRE = bytes(
            0xc0, 1, 0, 2, 0xdb, 0xdd, 0xc3, 0xb2, 0xa1, 0xdb, 0xdc, 'a', 0xdb, 0xdc, 'b', 0xdb, 0xdd, 'c', 0x3a, 0xa9,
            0x0b, 0xe4, 0xc0);

    private static final FramedRecord RECORD = new FramedRecord(
            Channel.CONTROL, Kind.DATA, 0xdb02, 0xc0a1b2c3, ByteBuffer.wrap(bytes('a', 0xc0, 'b', 0xdb, 'c')));

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        IntStream.range(0, values.length).forEach(i -> bytes[i] = (byte) values[i]);
        return bytes;
    }

    private static FramedRecord line(int sequence, String text) {
        return new FramedRecord(
                Channel.LOG, Kind.DATA, sequence, 0, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<FramedRecord> read(byte[] stream, int piece) {
        List<FramedRecord> found = new ArrayList<>();
        FramedReader reader = new FramedReader(found::add);
        for (int at = 0; at < stream.length; at += piece) {
            reader.take(ByteBuffer.wrap(stream, at, Math.min(piece, stream.length - at)));
        }
        return found;
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    @Test
    void aRecordIsWrittenAndReadAsTheContractSays() {
        assertThat(RECORD.encoded()).isEqualTo(WIRE);
        assertThat(read(WIRE, WIRE.length)).containsExactly(RECORD);
    }

    @Test
    void piecesMayBeOfAnySize() {
        byte[] longest = new byte[FramedRecord.LONGEST_PAYLOAD];
        Arrays.fill(longest, FramedRecord.END);
        FramedRecord full = new FramedRecord(Channel.HEALTH, Kind.DATA, 65_535, -1, ByteBuffer.wrap(longest));
        byte[] stream =
                joined(line(0, "a\n").encoded(), full.encoded(), line(1, "").encoded());
        List<FramedRecord> wanted = List.of(line(0, "a\n"), full, line(1, ""));
        for (int piece : new int[] {1, 2, 3, 100, stream.length}) {
            assertThat(read(stream, piece)).as("pieces of %d", piece).isEqualTo(wanted);
        }
    }

    @Test
    void garbageCostsTheRecordsThatItTouchesAndNoOthers() {
        byte[] before = line(0, "before\n").encoded();
        byte[] after = line(2, "after\n").encoded();
        List<FramedRecord> both = List.of(line(0, "before\n"), line(2, "after\n"));
        byte[][] damages = {
            "Xen says something\r\n".getBytes(StandardCharsets.US_ASCII),
            bytes(0xc0, 0xc0, 0xc0),
            bytes(0xdb),
            bytes(0xc0, 0xdb, 0xc0),
            bytes(0xc0, 0xdb, 0x41, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xc0),
            new byte[10_000],
            Arrays.copyOf(WIRE, WIRE.length / 2),
            Arrays.copyOfRange(WIRE, WIRE.length / 2, WIRE.length),
        };
        for (byte[] damage : damages) {
            assertThat(read(joined(before, damage, after), 7))
                    .as(Arrays.toString(damage))
                    .isEqualTo(both);
        }
    }

    @Test
    void eachChangedBitOfARecordIsSeen() {
        byte[] wire = line(7, "STOP control\n").encoded();
        byte[] next = line(8, "x\n").encoded();
        for (int bit = 8; bit < 8 * (wire.length - 1); bit++) {
            byte[] changed = wire.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(read(joined(changed, next), changed.length))
                    .as("bit %d", bit)
                    .containsExactly(line(8, "x\n"));
        }
    }

    @Test
    void unknownChannelsAndKindsAreNoRecords() {
        byte[] stream = joined(WIRE, line(0, "").encoded());
        assertThat(read(stream, 1)).hasSize(2);
        for (int[] body : new int[][] {{3, 0}, {0, 3}, {255, 0}, {0, 255}}) {
            byte[] bare = bytes(body[0], body[1], 0, 0, 0, 0, 0, 0);
            java.util.zip.CRC32C checksum = new java.util.zip.CRC32C();
            checksum.update(bare);
            int crc = (int) checksum.getValue();
            byte[] framed = joined(
                    bytes(0xc0), bare, bytes(crc & 255, crc >> 8 & 255, crc >> 16 & 255, crc >>> 24), bytes(0xc0));
            assertThat(read(framed, framed.length)).as(Arrays.toString(body)).isEmpty();
        }
    }

    @Test
    void anyBytesAreTaken() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            byte[] noise = new byte[random.nextInt(5_000)];
            random.nextBytes(noise);
            for (int i = 0; i < noise.length; i += 1 + random.nextInt(40)) {
                noise[i] = random.nextBoolean() ? FramedRecord.END : (byte) 0xdb;
            }
            // What follows may be hidden by nothing but a beginning that the noise ends with.
            List<FramedRecord> found =
                    read(joined(noise, bytes(0xc0), line(9, "still\n").encoded()), 64);
            assertThat(found).contains(line(9, "still\n"));
        }
    }
}
