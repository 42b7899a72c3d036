package org.flowstream.qemutests;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Enough of GDB's remote protocol to make a running guest jump to nowhere, as a stray pointer would: the image under
 * test is the product's own and needs no back door.
 */
final class Debugger implements AutoCloseable {
    private static final int RIP_AT = 16 * 16;
    private static final int RIP_DIGITS = 16;
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final Duration ANSWER = Duration.ofSeconds(1);
    private static final int ATTEMPTS = 5;
    /** In the null page, which is never there. */
    static final long NOWHERE = 8;

    private final SocketChannel channel;

    private Debugger(SocketChannel channel) {
        this.channel = channel;
    }

    /**
     * Makes a guest jump to the null page: it panics when it next runs, which its traffic sees to. Tries again when the
     * daemon disturbed the debugger; answers the moment of the try that did it.
     */
    static long panic(Host host, Middlebox box) {
        long qemu = box.qemu();
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            long moment = System.nanoTime();
            Path socket = box.folder().resolve("gdb" + moment + ".sock");
            try (Debugger debugger = attach(host, box.domain(), socket)) {
                if (!debugger.jump(NOWHERE)) {
                    continue;
                }
            }
            long deadline = System.nanoTime() + ANSWER.toNanos();
            while (System.nanoTime() < deadline) {
                if (Proc.hasEnded(qemu)) {
                    return moment;
                }
                LockSupport.parkNanos(1_000_000);
            }
            System.out.printf("the debugger was disturbed at its attempt %d%n", attempt);
        }
        throw new AssertionError("the guest could not be made to panic");
    }

    /** Has the domain's QEMU listen at a path that its user may make, and connects: the guest stands still. */
    static Debugger attach(Host host, String domain, Path socket) {
        host.command(
                        "virsh",
                        "qemu-monitor-command",
                        "--hmp",
                        domain,
                        "gdbserver unix:" + socket + ",server=on,wait=off")
                .output();
        Wait.until("the debugger's socket " + socket, BOUND, () -> Files.exists(socket));
        try {
            SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            channel.configureBlocking(false);
            return new Debugger(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The guest goes on at this address. False when QEMU lost a word: the daemon, which sees the guest stand still, may
     * let it go on at any time, and QEMU then takes what comes for a wish to stop it.
     */
    boolean jump(long address) {
        try {
            String registers = ask("g");
            if (registers.length() < RIP_AT + RIP_DIGITS) {
                return false;
            }
            String rip = String.format("%016x", Long.reverseBytes(address));
            String changed = registers.substring(0, RIP_AT) + rip + registers.substring(RIP_AT + RIP_DIGITS);
            boolean done = ask("G" + changed).equals("OK");
            ask("D");
            return done;
        } catch (IOException e) {
            return false;
        }
    }

    private String ask(String text) throws IOException {
        int sum = text.chars().sum() & 0xff;
        send(ByteBuffer.wrap(String.format("$%s#%02x", text, sum).getBytes(StandardCharsets.US_ASCII)));
        String answer = answer();
        while (answer.startsWith("T")) {
            answer = answer(); // that the guest stands still, not what was asked
        }
        return answer;
    }

    private void send(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** What stands between {@code $} and {@code #}; acknowledgements before it are skipped. */
    private String answer() throws IOException {
        StringBuilder text = new StringBuilder();
        while (next() != '$') {
            // An acknowledgement, or the rest of something.
        }
        for (char c = next(); c != '#'; c = next()) {
            text.append(c);
        }
        next();
        next();
        send(ByteBuffer.wrap(new byte[] {'+'}));
        return text.toString();
    }

    private char next() throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        long deadline = System.nanoTime() + ANSWER.toNanos();
        while (one.hasRemaining()) {
            int count = channel.read(one);
            if (count < 0) {
                throw new EOFException("the debugger's connection has ended");
            }
            if (count == 0) {
                if (System.nanoTime() > deadline) {
                    throw new IOException("the debugger does not answer");
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
        return (char) one.get(0);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
