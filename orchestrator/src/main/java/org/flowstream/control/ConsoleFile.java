package org.flowstream.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The file of what a machine printed on its framed console. It is appended to, and moved to {@code FILE.0} at 2 MiB, where
 * virtlogd would do so; one earlier file is kept. Lines that were lost on the way are told as one. For one thread.
 */
final class ConsoleFile implements AutoCloseable {
    private static final long LONGEST = 2L << 20;
    private static final int UNKNOWN = -1;

    private final Path path;
    private FileChannel file;
    private int expected = UNKNOWN;

    ConsoleFile(Path path) throws IOException {
        this.path = path;
        this.file = open(path);
    }

    private static FileChannel open(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Takes a record of the log. A machine that begins anew counts from 0, and a reader may begin anywhere. */
    void add(FramedRecord line) throws IOException {
        if (expected != UNKNOWN && line.sequence() != expected && line.sequence() != 0) {
            int lost = Math.floorMod(line.sequence() - expected, FramedRecord.SEQUENCES);
            write(ByteBuffer.wrap(("(" + lost + " lines were lost)\n").getBytes(StandardCharsets.US_ASCII)));
        }
        expected = (line.sequence() + 1) % FramedRecord.SEQUENCES;
        write(line.payload());
    }

    private void write(ByteBuffer bytes) throws IOException {
        if (file.size() > LONGEST) {
            file.close();
            Files.move(path, path.resolveSibling(path.getFileName() + ".0"), StandardCopyOption.REPLACE_EXISTING);
            file = open(path);
        }
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
