package org.flowstream.qemutests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Processes by their numbers. */
final class Proc {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private Proc() {}

    /** What a pid file says. */
    static long number(Path file) {
        try {
            return Long.parseLong(Files.readString(file).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void signal(String name, long process) {
        Command.of("kill", "-" + name, Long.toString(process)).output();
    }

    /** Ends it as a crash does; returns when it is gone. */
    static void kill(long process) {
        signal("KILL", process);
        Wait.until("the end of process " + process, BOUND, () -> hasEnded(process));
    }

    /** A zombie has ended, too: who reaps it is init's business. */
    static boolean hasEnded(long process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
            return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return true;
        }
    }
}
