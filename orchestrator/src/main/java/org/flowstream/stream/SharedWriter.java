package org.flowstream.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;

/**
 * Writes to a connection that many threads share, each piece whole. A thread that is interrupted while it writes to a
 * channel of java.nio closes it for all (see {@link java.nio.channels.InterruptibleChannel}), so that a thread of our own
 * writes, which nobody interrupts. Safe for all threads.
 */
public final class SharedWriter implements AutoCloseable {
    private final WritableByteChannel channel;
    private final ExecutorService thread;

    /**
     * Of a channel, which stays its owner's to close.
     *
     * @param name of the thread
     */
    public SharedWriter(WritableByteChannel channel, String name) {
        this.channel = channel;
        this.thread = Executors.newSingleThreadExecutor(work -> {
            Thread writer = new Thread(work, name);
            writer.setDaemon(true);
            return writer;
        });
    }

    /**
     * Writes all of it; returns when it is on its way, also to one who is interrupted meanwhile, and who is so then.
     *
     * @throws IOException when the channel cannot be written to, or is closed
     */
    public void write(ByteBuffer bytes) throws IOException {
        Future<?> written;
        try {
            written = thread.submit(() -> {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                return bytes;
            });
        } catch (RejectedExecutionException e) {
            throw new IOException("the connection is closed", e);
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    written.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof IOException cause
                            ? new IOException(cause.getMessage(), cause)
                            : unexpected(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static IOException unexpected(ExecutionException e) {
        return new IOException(String.valueOf(e.getCause()), e);
    }

    /** Ends the thread once what it has begun is over: closing the channel ends that. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
