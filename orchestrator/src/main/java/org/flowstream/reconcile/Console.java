package org.flowstream.reconcile;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** What a guest wrote on its serial port: the file that virtlogd writes, read from its end. */
public final class Console {
    private static final int TAIL_BYTES = 64 * 1024;
    private static final long FLUSH_NANOS = 150_000_000;
    private static final long GLANCE_NANOS = 3_000_000;

    private final Path file;

    public Console(Path file) {
        this.file = file;
    }

    /** The latest lines, oldest first; none when there is no file. A line longer than the tail is cut. */
    public List<String> lines(int most) {
        List<String> lines =
                new String(tail(), UTF_8).lines().map(String::stripTrailing).toList();
        List<String> told = lines.stream().filter(line -> !line.isEmpty()).toList();
        return told.subList(Math.max(0, told.size() - most), told.size());
    }

    /** The last line; empty when there is none. */
    String lastLine() {
        List<String> lines = lines(1);
        return lines.isEmpty() ? "" : lines.get(0);
    }

    /** The last line of a guest that ended with some word: its line may come a moment after the news of its end. */
    String lastLine(List<String> words) {
        long deadline = System.nanoTime() + FLUSH_NANOS;
        String line = lastLine();
        while (words.stream().noneMatch(line::startsWith) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(GLANCE_NANOS);
            line = lastLine();
        }
        return line;
    }

    private byte[] tail() {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long from = Math.max(0, channel.size() - TAIL_BYTES);
            ByteBuffer buffer = ByteBuffer.allocate((int) (channel.size() - from));
            while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) > 0) {
                // until all that was there when we looked is read
            }
            byte[] bytes = new byte[buffer.position()];
            buffer.flip().get(bytes);
            return bytes;
        } catch (NoSuchFileException e) {
            return new byte[0];
        } catch (IOException e) {
            throw new WorldException("kernel", "cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
