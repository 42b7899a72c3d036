package org.flowstream.qemutests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A program run to its end with a bound, its output kept apart from its errors. Never a shell. */
public final class Command {
    private final List<String> argv;
    private final Map<String, String> environment = new TreeMap<>();
    private Duration bound = Duration.ofSeconds(60);

    private Command(List<String> argv) {
        this.argv = List.copyOf(argv);
    }

    public static Command of(String... argv) {
        return new Command(List.of(argv));
    }

    public static Command of(List<String> argv) {
        return new Command(argv);
    }

    public Command within(Duration time) {
        this.bound = time;
        return this;
    }

    public Command with(Map<String, String> variables) {
        environment.putAll(variables);
        return this;
    }

    /** Starts it in the background, its output going to the file. */
    public Process start(Path output) {
        try {
            ProcessBuilder builder = new ProcessBuilder(argv)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            builder.environment().putAll(environment);
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(describe() + " did not start", e);
        }
    }

    /** Runs it to its end. A program that outlives the bound is killed, and that is an error. */
    public Result run() {
        Path out = temporary(".out");
        Path err = temporary(".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(argv)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            builder.environment().putAll(environment);
            long start = System.nanoTime();
            Process process = builder.start();
            if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
                throw new AssertionError(describe() + " did not end within " + bound + "\n" + read(out) + read(err));
            }
            return new Result(
                    describe(), process.exitValue(), read(out), read(err), Duration.ofNanos(System.nanoTime() - start));
        } catch (IOException e) {
            throw new UncheckedIOException(describe() + " could not be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(describe() + " was interrupted", e);
        } finally {
            delete(out);
            delete(err);
        }
    }

    /** Runs it and requires status 0. */
    public String output() {
        return run().ok().out();
    }

    private String describe() {
        return String.join(" ", new ArrayList<>(argv));
    }

    private static Path temporary(String suffix) {
        try {
            return Files.createTempFile("flowstream-test", suffix);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How a program ended. */
    public record Result(String what, int status, String out, String err, Duration took) {
        public Result ok() {
            if (status != 0) {
                throw new AssertionError(what + " ended with status " + status + "\n" + out + err);
            }
            return this;
        }

        public String all() {
            return out + err;
        }
    }
}
