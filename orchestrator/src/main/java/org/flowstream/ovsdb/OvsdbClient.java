package org.flowstream.ovsdb;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.flowstream.stream.SharedWriter;

/**
 * One connection to an OVSDB server: JSON-RPC over its Unix socket (RFC 7047).
 *
 * <p>Methods may be called from any thread and wait at most the connection's bound. The connection does not come back
 * once it has ended; {@link SwitchDatabase} makes a new one.
 */
public final class OvsdbClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private final SocketChannel channel;
    private final Duration bound;
    private final Consumer<JsonNode> updates;
    private final Map<Long, CompletableFuture<JsonNode>> open = new ConcurrentHashMap<>();
    private final AtomicLong nextId = new AtomicLong();
    private final SharedWriter out;
    private final CompletableFuture<String> ended = new CompletableFuture<>();

    private OvsdbClient(Path socket, SocketChannel channel, Consumer<JsonNode> updates, Duration bound) {
        this.name = socket.toString();
        this.channel = channel;
        this.out = new SharedWriter(channel, "ovsdb-out");
        this.updates = updates;
        this.bound = bound;
    }

    /**
     * Connects.
     *
     * @param updates given each monitor's table-updates (RFC 7047, section 4.1.6), on the reading thread, in order
     * @param bound how long each call waits for the database
     */
    public static OvsdbClient open(Path socket, Consumer<JsonNode> updates, Duration bound) {
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
            } catch (IOException e) {
                channel.close();
                throw e;
            }
            OvsdbClient client = new OvsdbClient(socket, channel, updates, bound);
            Thread reader = new Thread(client::readAll, "ovsdb " + socket.getFileName());
            reader.setDaemon(true);
            reader.start();
            return client;
        } catch (IOException e) {
            throw new OvsdbUnavailableException(
                    "Open vSwitch's database does not answer at " + socket + ": " + e.getMessage(), e);
        }
    }

    /** Completes, with the reason, when the connection has ended. */
    public CompletableFuture<String> ended() {
        return ended.copy();
    }

    /** Asks for a sign of life (RFC 7047, section 4.1.11). */
    public void echo() {
        call("echo", JSON.createArrayNode(), reply -> {});
    }

    /**
     * Follows some columns of tables (RFC 7047, section 4.1.5).
     *
     * @param requests the monitor-requests object: table to columns
     * @param initial given what the tables hold now, on the reading thread, before any update
     */
    public void monitor(String database, ObjectNode requests, Consumer<JsonNode> initial) {
        ArrayNode params = JSON.createArrayNode().add(database).add("all").add(requests);
        call("monitor", params, initial);
    }

    /**
     * Does all operations or none (RFC 7047, section 4.1.3).
     *
     * @return one result for each operation
     * @throws OvsdbRefusedException for the first operation that failed, or for the whole
     */
    public List<JsonNode> transact(String database, List<ObjectNode> operations) {
        ArrayNode params = JSON.createArrayNode().add(database).addAll(operations);
        JsonNode results = call("transact", params, reply -> {});
        for (int i = 0; i < results.size(); i++) {
            JsonNode error = results.path(i).path("error");
            if (error.isTextual()) {
                // A failure of the commit itself stands behind the results of the operations.
                throw new OvsdbRefusedException(
                        error.asText(), results.path(i).path("details").asText(""), i < operations.size() ? i : -1);
            }
        }
        return StreamSupport.stream(results.spliterator(), false).toList();
    }

    private JsonNode call(String method, ArrayNode params, Consumer<JsonNode> first) {
        long id = nextId.incrementAndGet();
        CompletableFuture<JsonNode> reply = new CompletableFuture<>();
        // Attached before the question is sent, so that it runs on the reading thread, in the stream's order.
        CompletableFuture<JsonNode> seen = reply.thenApply(result -> {
            first.accept(result);
            return result;
        });
        open.put(id, reply);
        try {
            write(JSON.createObjectNode().put("method", method).put("id", id).set("params", params));
            return seen.get(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new OvsdbTimeoutException(name + " did not answer within " + bound.toMillis() + " ms: " + method);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OvsdbTimeoutException("interrupted while waiting for " + name + ": " + method);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof OvsdbException known) {
                throw known;
            }
            throw new IllegalStateException(name + ": " + method, e.getCause());
        } finally {
            open.remove(id);
        }
    }

    private void write(JsonNode message) {
        if (ended.isDone()) {
            throw new OvsdbUnavailableException(ended.join());
        }
        try {
            out.write(ByteBuffer.wrap(JSON.writeValueAsBytes(message)));
        } catch (IOException e) {
            throw new OvsdbUnavailableException("connection to " + name + " ended: " + e.getMessage(), e);
        }
    }

    private void readAll() {
        String reason;
        // Reading by a stream and writing by the channel: two streams on one channel deadlock in JDK 17 (JDK-8279339).
        try (JsonParser parser = JSON.createParser(Channels.newInputStream(channel));
                MappingIterator<JsonNode> messages = JSON.readValues(parser, JsonNode.class)) {
            while (messages.hasNextValue()) {
                accept(messages.nextValue());
            }
            reason = "connection to " + name + " ended: the database closed it";
        } catch (IOException e) {
            reason = "connection to " + name + " ended: " + e.getMessage();
        }
        ended.complete(reason);
        OvsdbUnavailableException end = new OvsdbUnavailableException(reason);
        open.values().forEach(reply -> reply.completeExceptionally(end));
        close();
    }

    private void accept(JsonNode message) {
        switch (message.path("method").asText("")) {
            case "echo" ->
                write(JSON.createObjectNode()
                        .<ObjectNode>set("result", message.path("params"))
                        .<ObjectNode>set("id", message.path("id"))
                        .putNull("error"));
            case "update" -> updates.accept(message.path("params").path(1));
            case "" -> reply(message);
            default -> {
                // A notification we did not ask for; RFC 7047 lets us pass it over.
            }
        }
    }

    private void reply(JsonNode message) {
        CompletableFuture<JsonNode> reply = open.get(message.path("id").asLong(-1));
        if (reply == null) {
            return;
        }
        JsonNode error = message.path("error");
        if (error.isNull() || error.isMissingNode()) {
            reply.complete(message.path("result"));
        } else {
            reply.completeExceptionally(new OvsdbRefusedException(
                    error.path("error").asText(error.toString()),
                    error.path("details").asText(""),
                    -1));
        }
    }

    @Override
    public void close() {
        out.close();
        try {
            channel.close();
        } catch (IOException e) {
            ended.complete("connection to " + name + " ended: " + e.getMessage());
        }
    }
}
