package org.flowstream.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.flowstream.control.Console;

/**
 * A console's file that goes on being written: first its latest lines, then what is added. When virtlogd has moved it
 * away and begun another, that one is read from its beginning.
 */
final class LogFile {
    private static final int MOST_BYTES = 1 << 20;

    private final Path file;
    private long position;
    private String partial = "";

    LogFile(Path file) {
        this.file = file;
    }

    /** The latest lines. */
    List<String> latest(int most) throws IOException {
        position = Files.exists(file) ? Files.size(file) : 0;
        return Console.lastLines(file, most);
    }

    /** The lines that were added since this was last asked. */
    List<String> added() throws IOException {
        List<String> lines = new ArrayList<>();
        if (!Files.exists(file)) {
            return lines;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() < position) {
                position = 0;
                partial = "";
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(MOST_BYTES, channel.size() - position));
            int count = channel.read(bytes, position);
            if (count <= 0) {
                return lines;
            }
            position += count;
            String text = partial + new String(bytes.array(), 0, count, UTF_8);
            int end = text.lastIndexOf('\n') + 1;
            text.substring(0, end).lines().forEach(lines::add);
            partial = text.substring(end);
        }
        return lines;
    }
}
