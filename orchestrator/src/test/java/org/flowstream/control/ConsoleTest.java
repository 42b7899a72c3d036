package org.flowstream.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConsoleTest {
    private static final String READY =
            "READY digest=" + "ab".repeat(32) + " boot_us=1234 devices=2 memory_kib=8192 pool=900";

    @TempDir
    private Path folder;

    @Test
    void linesAreUnderstood() {
        assertThat(GuestLine.parse(READY)).isInstanceOf(GuestLine.Ready.class);
        assertThat(GuestLine.parse("ERROR FromDevice(0): no such device"))
                .isEqualTo(new GuestLine.ConfigurationError("FromDevice(0): no such device"));
        assertThat(GuestLine.parse("PANIC page fault at 0x0\r")).isEqualTo(new GuestLine.Panic("page fault at 0x0"));
        assertThat(GuestLine.parse("STOP power-button")).isEqualTo(new GuestLine.Stop("power-button"));
        assertThat(GuestLine.parse("READY digest=12")).isEqualTo(new GuestLine.Other("READY digest=12"));
        assertThat(GuestLine.parse("")).isEqualTo(new GuestLine.Other(""));
    }

    @Test
    void theLastWordIsThatOfTheLastRun() {
        assertThat(Console.lastWord(List.of(READY, "PANIC a", READY, "printed")))
                .isEmpty();
        assertThat(Console.lastWord(List.of(READY, "PANIC a", "printed"))).contains(new GuestLine.Panic("a"));
        assertThat(Console.lastWord(List.of("STOP control", "ERROR b")))
                .contains(new GuestLine.ConfigurationError("b"));
        assertThat(Console.lastWord(List.of())).isEmpty();
    }

    @Test
    void theEndOfALongFileIsReadInWholeLines() throws IOException {
        Path file = folder.resolve("m.log");
        assertThat(Console.lastLines(file, 3)).isEmpty();
        Files.writeString(file, "a line of the console\n".repeat(10_000) + "x\ny\nz\n");
        assertThat(Console.lastLines(file, 3)).containsExactly("x", "y", "z");
        assertThat(Console.lastLines(file, 1_000_000))
                .hasSizeBetween(2000, 10_000)
                .contains("x")
                .allMatch(line -> line.length() == 1 || line.equals("a line of the console"));
        Files.writeString(file, "only");
        assertThat(Console.lastLines(file, 3)).containsExactly("only");
    }
}
