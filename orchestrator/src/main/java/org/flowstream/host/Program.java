package org.flowstream.host;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DefaultExecutor;
import org.apache.commons.exec.ExecuteWatchdog;
import org.apache.commons.exec.PumpStreamHandler;

/** A program of the host's, run to its end by its arguments, with a bound on its time. Never a shell. */
public final class Program {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private Program() {}

    /**
     * Runs it and waits for its end.
     *
     * @throws IOException when it cannot be started, or does not end in time (it is then killed)
     */
    public static Output run(List<String> argv) throws IOException {
        return run(argv, BOUND);
    }

    /** The same with a bound of the caller's. */
    public static Output run(List<String> argv, Duration bound) throws IOException {
        CommandLine line = new CommandLine(argv.get(0));
        argv.subList(1, argv.size()).forEach(argument -> line.addArgument(argument, false));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ExecuteWatchdog watchdog = ExecuteWatchdog.builder().setTimeout(bound).get();
        DefaultExecutor executor = DefaultExecutor.builder()
                .setExecuteStreamHandler(new PumpStreamHandler(out, err))
                .get();
        executor.setWatchdog(watchdog);
        // Every status is an answer; the caller judges it.
        executor.setExitValues(null);
        int status = executor.execute(line);
        if (watchdog.killedProcess()) {
            throw new IOException(String.join(" ", argv) + " did not end within " + bound.toSeconds() + " s");
        }
        return new Output(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /**
     * How a program ended.
     *
     * @param status its exit status; 0 is success
     */
    public record Output(int status, String out, String err) {
        public boolean ok() {
            return status == 0;
        }

        /** What it said went wrong, in one line. */
        public String complaint() {
            String text = (err.isBlank() ? out : err).strip();
            return text.isEmpty()
                    ? "exit status " + status
                    : text.lines().findFirst().orElse(text);
        }
    }
}
