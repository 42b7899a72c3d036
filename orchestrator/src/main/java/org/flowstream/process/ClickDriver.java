package org.flowstream.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.flowstream.image.ClickCompiler;

/** Runs a compiled configuration as Click's user-level driver does, on this process's own streams. */
public final class ClickDriver {
    private static final Path INTERFACES = Path.of("/sys/class/net");

    private ClickDriver() {}

    /**
     * Runs it until its driver stops.
     *
     * @param io by what the host's interfaces are read: {@code packet}, {@code ring}, {@code xdp} or {@code auto}
     * @param options the engine's own options, such as {@code --simtime} and {@code --handler=NAME}
     * @param streams says where its streams go
     * @return the exit status
     */
    public static int run(
            ClickCompiler.Compiled configuration, String io, List<String> options, Consumer<ProcessBuilder> streams)
            throws IOException {
        try (EngineProgram engine = EngineProgram.ofProgram();
                TemporaryFolder folder = new TemporaryFolder()) {
            Path file = folder.resolve("config");
            Files.write(file, configuration.blob().toBytes());
            List<String> argv = new ArrayList<>(List.of(engine.file().toString(), "--click"));
            List<String> devices = configuration.devices();
            for (int i = 0; i < devices.size(); i++) {
                argv.add("--device");
                argv.add(i + "=" + kind(devices.get(i), io) + ":" + devices.get(i));
            }
            argv.addAll(options);
            argv.add(file.toString());
            ProcessBuilder builder = new ProcessBuilder(argv);
            streams.accept(builder);
            Process process = builder.start();
            Thread killer = new Thread(() -> end(process), "end of the engine");
            Runtime.getRuntime().addShutdownHook(killer);
            try {
                return process.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while the engine ran", e);
            } finally {
                end(process);
                removeQuietly(killer);
            }
        }
    }

    /** A TAP interface is opened as one. */
    private static String kind(String device, String io) {
        boolean plain = !device.contains("/") && !device.isEmpty();
        return plain && Files.exists(INTERFACES.resolve(device).resolve("tun_flags")) ? "tap" : io;
    }

    private static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static void removeQuietly(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending, and the hook does its work.
        }
    }
}
