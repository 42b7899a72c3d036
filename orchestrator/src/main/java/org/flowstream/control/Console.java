package org.flowstream.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** What a machine has printed, in the file that libvirt keeps of it. */
public final class Console {
    private static final int END = 64 * 1024;

    private Console() {}

    /** The last lines, at most so many, of the file's last 64 KiB; none where there is no file. */
    public static List<String> lastLines(Path file, int most) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long begin = Math.max(0, channel.size() - END);
            ByteBuffer bytes = ByteBuffer.allocate((int) (channel.size() - begin));
            while (bytes.hasRemaining() && channel.read(bytes, begin + bytes.position()) > 0) {
                // A file that is cut meanwhile ends the loop early.
            }
            List<String> lines = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            // The first one may have lost its beginning.
            List<String> whole = begin > 0 && !lines.isEmpty() ? lines.subList(1, lines.size()) : lines;
            return List.copyOf(whole.subList(Math.max(0, whole.size() - most), whole.size()));
        }
    }

    /**
     * Why the machine that printed this ended, in its own words: its latest ERROR, PANIC or STOP after its latest READY.
     * Empty when it said none, so that something else ended it.
     */
    public static Optional<GuestLine> lastWord(List<String> lines) {
        for (int i = lines.size() - 1; i >= 0; i--) {
            GuestLine line = GuestLine.parse(lines.get(i));
            if (line instanceof GuestLine.Ready) {
                return Optional.empty();
            }
            if (!(line instanceof GuestLine.Other)) {
                return Optional.of(line);
            }
        }
        return Optional.empty();
    }
}
