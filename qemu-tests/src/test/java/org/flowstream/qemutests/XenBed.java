package org.flowstream.qemutests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A Xen host of the test's own, emulated: {@code qemu-tests/xen/bed}, whose help tells what it is. It ends with
 * {@link #close}, and with this process whatever its end.
 */
final class XenBed implements AutoCloseable {
    private static final int UNAVAILABLE = 69;
    private static final int END_SECONDS = 30;

    private final Process process;
    private final Map<String, String> addresses;

    private XenBed(Process process, Map<String, String> addresses) {
        this.process = process;
        this.addresses = addresses;
    }

    /** One that is ready; where this machine cannot make one, the test is skipped with the reason. */
    static XenBed start() {
        try {
            Path log = Files.createTempFile("flowstream-test", ".bed");
            ProcessBuilder builder = new ProcessBuilder(program().toString(), "serve").redirectError(log.toFile());
            Process process = builder.start();
            Map<String, String> addresses = new HashMap<>();
            BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
            String line = out.readLine();
            for (; line != null && !line.equals("ready"); line = out.readLine()) {
                int equals = line.indexOf('=');
                addresses.put(line.substring(0, equals), line.substring(equals + 1));
            }
            String words = Files.readString(log);
            if (line == null) {
                int status = process.waitFor();
                Assumptions.assumeTrue(status != UNAVAILABLE, words);
                throw new AssertionError("the Xen bed ended with status " + status + ": " + words);
            }
            Files.delete(log);
            return new XenBed(process, Map.copyOf(addresses));
        } catch (IOException e) {
            throw new UncheckedIOException("the Xen bed did not start", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static Path program() {
        return Platform.program().resolveSibling("../qemu-tests/xen/bed").normalize();
    }

    /** One of the addresses that the bed's help lists, by the end of its name. */
    String address(String what) {
        String found = addresses.get("XEN_BED_" + what);
        if (found == null) {
            throw new AssertionError("the Xen bed has no " + what + ": " + addresses);
        }
        return found;
    }

    /** What our daemon is told, to work on this host from outside. */
    Map<String, String> settings() {
        return Map.of(
                "FLOWSTREAM_LIBVIRT",
                address("LIBVIRT"),
                "FLOWSTREAM_OVSDB",
                "unix:" + address("SWITCH") + "/db.sock",
                "FLOWSTREAM_BRIDGE",
                "flowstream");
    }

    /** Runs a command of one line in dom0's shell. */
    Command.Result dom0(String command) {
        String[] at = address("DOM0").split(":", -1);
        long start = System.nanoTime();
        try (Socket way = new Socket()) {
            way.connect(new InetSocketAddress(at[0], Integer.parseInt(at[1])));
            way.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
            way.shutdownOutput();
            String got = new String(way.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int end = got.lastIndexOf("\nexit ");
            if (end < 0) {
                throw new AssertionError("dom0 did not answer '" + command + "' whole: " + got);
            }
            return new Command.Result(
                    "dom0: " + command,
                    Integer.parseInt(got.substring(end + "\nexit ".length()).strip()),
                    got.substring(0, end),
                    "",
                    java.time.Duration.ofNanos(System.nanoTime() - start));
        } catch (IOException e) {
            throw new UncheckedIOException(command, e);
        }
    }

    /** What Xen and dom0 wrote on the serial line. */
    String serial() {
        try {
            return Files.readString(Path.of(address("LOG")), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the Xen bed did not end within " + END_SECONDS + " s");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
