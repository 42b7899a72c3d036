package org.flowstream.ovsdb;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The control socket of ovs-vswitchd, which ovs-appctl(8) uses: JSON-RPC, one connection for each command. Only commands
 * that change nothing are sent, or nothing but the datapath's cache.
 */
public final class SwitchControl {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final String DAEMON = "ovs-vswitchd";
    private static final Pattern BRIDGE = Pattern.compile(" {2}(\\S+):");
    private static final Pattern PORT = Pattern.compile(" {4}(\\S+) (\\d+)/.*");

    private final Path folder;

    private SwitchControl(Path folder) {
        this.folder = folder;
    }

    /** Of the switch whose database is there: its pid file and control socket are in the database's folder. */
    public static SwitchControl of(SwitchAddress address) {
        Path folder = address.database().toAbsolutePath().getParent();
        return new SwitchControl(folder == null ? Path.of("/") : folder);
    }

    /** A port's bridge, and its number there. */
    public record Port(String bridge, int number) {}

    /** All ports of all bridges, by name. */
    public SortedMap<String, Port> ports() {
        SortedMap<String, Port> ports = new TreeMap<>();
        String bridge = "";
        for (String line : call("dpif/show").lines().toList()) {
            Matcher ofBridge = BRIDGE.matcher(line);
            Matcher ofPort = PORT.matcher(line);
            if (ofBridge.matches()) {
                bridge = ofBridge.group(1);
            } else if (ofPort.matches()) {
                ports.put(ofPort.group(1), new Port(bridge, Integer.parseInt(ofPort.group(2))));
            }
        }
        return ports;
    }

    /**
     * Where a packet of this flow goes on a bridge. It is asked by flow and without a packet, so that the switch learns
     * nothing from it: with a packet, ofproto/trace carries out learn actions (ovs-vswitchd(8)).
     *
     * @param flow as {@link org.flowstream.net.FrameFlow} writes it
     */
    public SwitchTrace trace(String bridge, int inPort, String flow) {
        return SwitchTrace.parse(call("ofproto/trace", bridge, "in_port=" + inPort + "," + flow));
    }

    /** Empties the cache of all datapaths: the next packet of each flow is looked up in the rules again. */
    public void forgetCachedFlows() {
        call("revalidator/purge");
    }

    /** What a command answers. */
    private String call(String command, String... arguments) {
        Path socket = socket();
        ArrayNode params = JSON.createArrayNode();
        List.of(arguments).forEach(params::add);
        JsonNode request =
                JSON.createObjectNode().put("id", 0).put("method", command).set("params", params);
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            // Closing the channel ends the read below.
            CompletableFuture<Void> bound = new CompletableFuture<Void>()
                    .orTimeout(BOUND.toMillis(), TimeUnit.MILLISECONDS)
                    .whenComplete((done, failure) -> close(channel));
            try {
                ByteBuffer bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(request));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                return answer(command, channel);
            } finally {
                bound.cancel(false);
            }
        } catch (IOException e) {
            throw new OvsdbUnavailableException(
                    DAEMON + " does not answer at " + socket + " (" + command + "): " + e.getMessage(), e);
        }
    }

    private static String answer(String command, SocketChannel channel) throws IOException {
        try (JsonParser parser = JSON.createParser(Channels.newInputStream(channel))) {
            JsonNode reply = JSON.readTree(parser);
            if (reply == null) {
                throw new IOException("it closed the connection");
            }
            JsonNode error = reply.path("error");
            if (error.isTextual()) {
                throw new OvsdbUnavailableException(
                        DAEMON + " refuses " + command + ": " + error.asText().strip());
            }
            return reply.path("result").asText();
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The socket is named after the process; where there is no pid file, the only socket there is. */
    private Path socket() {
        Path pidFile = folder.resolve(DAEMON + ".pid");
        try {
            if (Files.exists(pidFile)) {
                return folder.resolve(DAEMON + "." + Files.readString(pidFile).strip() + ".ctl");
            }
            try (Stream<Path> files = Files.list(folder)) {
                List<Path> sockets = files.filter(
                                file -> file.getFileName().toString().matches("(ovs-)?vswitchd(\\.\\d+)?\\.ctl"))
                        .toList();
                if (sockets.size() == 1) {
                    return sockets.get(0);
                }
            }
        } catch (IOException e) {
            throw new OvsdbUnavailableException("cannot look for " + DAEMON + " in " + folder + ": " + e, e);
        }
        throw new OvsdbUnavailableException("there is no " + pidFile + ": is " + DAEMON + " running?");
    }
}
