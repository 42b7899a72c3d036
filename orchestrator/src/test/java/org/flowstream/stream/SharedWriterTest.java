package org.flowstream.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

final class SharedWriterTest {
    /** More than a pipe holds: whoever writes it waits. */
    private static final int MUCH = 1 << 20;

    @Test
    void oneWhoIsInterruptedWhileHeWritesClosesItForNobody() throws Exception {
        Pipe pipe = Pipe.open();
        try (SharedWriter writer = new SharedWriter(pipe.sink(), "out")) {
            FutureTask<Boolean> writes = new FutureTask<>(() -> {
                writer.write(ByteBuffer.allocate(MUCH));
                return Thread.currentThread().isInterrupted();
            });
            Thread thread = new Thread(writes);
            thread.start();
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> thread.getState() == Thread.State.WAITING);
            thread.interrupt();
            read(pipe, MUCH);
            assertThat(writes.get(10, TimeUnit.SECONDS)).isTrue();
            writer.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            assertThat(read(pipe, 3)).containsExactly(1, 2, 3);
        } finally {
            pipe.sink().close();
            pipe.source().close();
        }
    }

    @Test
    void whatCannotBeWrittenIsTold() throws Exception {
        Pipe pipe = Pipe.open();
        SharedWriter writer = new SharedWriter(pipe.sink(), "out");
        pipe.source().close();
        assertThatThrownBy(() -> writer.write(ByteBuffer.allocate(MUCH))).isInstanceOf(IOException.class);
        writer.close();
        assertThatThrownBy(() -> writer.write(ByteBuffer.allocate(1)))
                .isInstanceOf(IOException.class)
                .hasMessage("the connection is closed");
        pipe.sink().close();
    }

    private static byte[] read(Pipe pipe, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining() && pipe.source().read(bytes) >= 0) {
            // Until all is there.
        }
        return bytes.array();
    }
}
