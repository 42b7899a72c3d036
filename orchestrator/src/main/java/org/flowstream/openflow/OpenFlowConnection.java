package org.flowstream.openflow;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.flowstream.rules.Cookie;
import org.flowstream.rules.GroupRule;
import org.flowstream.rules.RuleAction;
import org.flowstream.rules.RuleCompiler;
import org.flowstream.rules.SwitchChange;
import org.flowstream.rules.SwitchPorts;
import org.flowstream.rules.SwitchRules;
import org.jspecify.annotations.Nullable;

/**
 * An OpenFlow 1.3 connection to one bridge, by its management socket ({@code BRIDGE.mgmt}): a service controller, which
 * changes no setting of the bridge and of which there may be several.
 *
 * <p>Every method may be called from any thread and waits at most the connection's bound; {@link SwitchSilentException}
 * says that the bound has passed, {@link SwitchUnreachableException} that the connection has ended (it does not come
 * back: see {@link SwitchLink}), {@link SwitchRefusedException} what the switch refused and why.
 */
public final class OpenFlowConnection implements AutoCloseable {
    /** The id by which {@link RuleAction.ToController} reaches us, and no controller of another's. */
    public static final int CONTROLLER_ID = RuleCompiler.CONTROLLER_ID;

    private final String name;
    private final Duration bound;
    private final FrameChannel channel;
    private final Exchanges exchanges = new Exchanges();
    private final EventQueue events;
    private final AtomicInteger nextXid = new AtomicInteger(1);
    private final AtomicInteger nextBundle = new AtomicInteger(1);
    private final CompletableFuture<Frame> hello = new CompletableFuture<>();
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private final AtomicReference<@Nullable SwitchFeatures> features = new AtomicReference<>();

    private OpenFlowConnection(Path socket, FrameChannel channel, SwitchEvents events, Duration bound) {
        this.name = socket.toString();
        this.channel = channel;
        this.bound = bound;
        this.events = new EventQueue(name, events);
    }

    /**
     * Connects, agrees on OpenFlow 1.3 and asks for packets and port changes.
     *
     * @param socket such as {@code /var/run/openvswitch/BRIDGE.mgmt}
     * @param bound how long each call waits for the switch
     */
    public static OpenFlowConnection open(Path socket, SwitchEvents events, Duration bound) {
        FrameChannel channel;
        try {
            channel = FrameChannel.open(socket);
        } catch (IOException e) {
            throw new SwitchUnreachableException("cannot connect to " + socket + ": " + e.getMessage(), e);
        }
        OpenFlowConnection connection = new OpenFlowConnection(socket, channel, events, bound);
        Thread reader = new Thread(connection::readAll, "openflow " + socket.getFileName());
        reader.setDaemon(true);
        reader.start();
        boolean ready = false;
        try {
            connection.handshake();
            ready = true;
        } finally {
            if (!ready) {
                connection.close();
            }
        }
        return connection;
    }

    private void handshake() {
        send(List.of(Requests.hello(xid())));
        Frame theirs = await(hello, "hello");
        HelloCodec.requireVersion(theirs, name);
        int xid = xid();
        features.set(SwitchFeatures.read(single(request(Requests.features(xid), "features"))));
        send(List.of(
                Requests.setConfig(xid()), Requests.setAsync(xid()), Requests.setControllerId(xid(), CONTROLLER_ID)));
        barrier();
    }

    /** What the switch said of itself at the beginning. */
    public SwitchFeatures features() {
        SwitchFeatures known = features.get();
        if (known == null) {
            throw new IllegalStateException("the handshake is not over");
        }
        return known;
    }

    /** Completes, with the reason, when the connection has ended. */
    public CompletableFuture<String> ended() {
        return ended.copy();
    }

    /**
     * Does all changes or none, in this order and at once: no packet meets a half of them.
     *
     * @throws SwitchRefusedException naming each change that was refused; nothing is changed then
     */
    public void apply(List<SwitchChange> changes) {
        if (changes.isEmpty()) {
            return;
        }
        int bundle = nextBundle.getAndIncrement();
        int open = xid();
        int first = nextXid.getAndAdd(changes.size());
        int end = xid();
        List<Exchanges.Exchange> added = new ArrayList<>();
        try {
            added.add(exchanges.begin(open, "open a bundle"));
            for (int i = 0; i < changes.size(); i++) {
                added.add(exchanges.begin(first + i, changes.get(i)));
            }
            Exchanges.Exchange commit = exchanges.begin(end, "commit of " + changes.size() + " changes");
            // All in one go, since somebody may wait for it: a bundle that could not be opened is told by each of its
            // parts. What is made while the switch reads what was made before costs no time.
            send(() -> IntStream.rangeClosed(-1, changes.size())
                    .mapToObj(i -> i < 0
                            ? Requests.bundleControl(open, bundle, Requests.BUNDLE_OPEN)
                            : i < changes.size()
                                    ? Requests.bundleAdd(bundle, Requests.change(first + i, changes.get(i)))
                                    : Requests.bundleControl(end, bundle, Requests.BUNDLE_COMMIT))
                    .iterator());
            await(commit, added);
        } finally {
            exchanges.end(open);
            IntStream.range(first, first + changes.size()).forEach(exchanges::end);
            exchanges.end(end);
        }
    }

    private void await(Exchanges.Exchange commit, List<Exchanges.Exchange> added) {
        await(commit.reply().exceptionally(thrown -> refusedOrThrow(commit, thrown)), "commit");
        // Errors of single changes stand in the stream before the commit's own answer.
        List<SwitchRefusedException.Refusal> refusals = new ArrayList<>(
                added.stream().flatMap(each -> Exchanges.refusal(each).stream()).toList());
        if (refusals.isEmpty()) {
            refusals.addAll(Exchanges.refusal(commit).stream().toList());
        }
        if (!refusals.isEmpty()) {
            throw new SwitchRefusedException(name, refusals);
        }
    }

    private static List<Frame> refusedOrThrow(Exchanges.Exchange exchange, Throwable thrown) {
        if (Exchanges.refusal(exchange).isPresent()) {
            return List.of();
        }
        if (thrown instanceof OpenFlowException known) {
            throw known;
        }
        throw new IllegalStateException(thrown);
    }

    /** The rules whose cookie agrees with {@code cookie} in the bits of {@code mask}, with their counters. */
    public List<ObservedFlow> flows(long cookie, long mask) {
        return multipart(Requests.flows(xid(), cookie, mask), "flows", ObservedFlow::read);
    }

    /** All rules of ours, learnt ones included. */
    public List<ObservedFlow> ourFlows() {
        return flows((long) Cookie.PREFIX << 48, Cookie.OURS_MASK);
    }

    /** All rules and groups of ours. */
    public SwitchRules observe() {
        return new SwitchRules(ourFlows().stream().map(ObservedFlow::rule).toList(), ourGroups());
    }

    /**
     * The rules of ours whose cookies carry a chain's id, and all groups of ours: with many chains much less than {@link
     * #observe} reads.
     */
    public SwitchRules observeChain(long id) {
        List<ObservedFlow> flows = flows((long) Cookie.PREFIX << 48 | id, Cookie.CHAIN_MASK);
        return new SwitchRules(flows.stream().map(ObservedFlow::rule).toList(), ourGroups());
    }

    /** All rules, whoever made them. */
    public List<ObservedFlow> allFlows() {
        return flows(0, 0);
    }

    /** The groups with numbers of our range. */
    public List<GroupRule> ourGroups() {
        return multipart(Requests.ask(xid(), MessageType.PART_GROUP_DESCRIPTION), "groups", GroupCodec::readDescription)
                .stream()
                .filter(group -> GroupRule.isOurs(group.id()))
                .toList();
    }

    /** Counters of all groups, ours or not. */
    public List<GroupCounters> groupCounters() {
        return multipart(
                Requests.counters(xid(), MessageType.PART_GROUP, SwitchPorts.ALL),
                "group counters",
                GroupCounters::read);
    }

    /** The bridge's ports. */
    public List<PortDescription> ports() {
        return multipart(Requests.ask(xid(), MessageType.PART_PORT_DESCRIPTION), "ports", PortDescription::read);
    }

    /** Counters of all ports. */
    public List<PortCounters> portCounters() {
        return multipart(
                Requests.counters(xid(), MessageType.PART_PORT, SwitchPorts.ANY), "port counters", PortCounters::read);
    }

    /** Counters of all tables. */
    public List<TableCounters> tableCounters() {
        return multipart(Requests.ask(xid(), MessageType.PART_TABLE), "table counters", TableCounters::read);
    }

    /** Waits until all that was sent before has been done. */
    public void barrier() {
        request(Requests.barrier(xid()), "barrier");
    }

    /** Asks for a sign of life. */
    public void echo() {
        request(Requests.echo(xid()), "echo");
    }

    /** Waits until the listener has been given all that the switch sent before it answers; not for the listener to call. */
    public void hearOut() {
        echo();
        events.await(bound);
    }

    /**
     * Sends a packet out of the switch.
     *
     * @param inPort the port it shall seem to come from; {@link SwitchPorts#CONTROLLER} for none
     * @param packet from the Ethernet header on, without checksum
     */
    public void packetOut(int inPort, List<RuleAction> actions, byte[] packet) {
        command(Requests.packetOut(xid(), inPort, actions, packet), "packet out of " + packet.length + " bytes");
    }

    /** Turns configuration bits of a port, such as {@link PortDescription#PORT_DOWN}, on or off. */
    public void configurePort(PortDescription port, int config, int mask) {
        command(Requests.portMod(xid(), port, config, mask), "configure port " + port.name());
    }

    /** Sends what is answered only when it is refused; a barrier behind it tells that it was not. */
    private void command(Frame command, String what) {
        Exchanges.Exchange exchange = exchanges.begin(command.xid(), what);
        try {
            send(List.of(command));
            barrier();
            Exchanges.refusal(exchange).ifPresent(refusal -> {
                throw new SwitchRefusedException(name, List.of(refusal));
            });
        } finally {
            exchanges.end(command.xid());
        }
    }

    /** How many packets and port changes were dropped because their listener was too slow. */
    public long eventsDropped() {
        return events.dropped();
    }

    private <T> List<T> multipart(Frame question, String what, Function<WireReader, T> entry) {
        List<T> entries = new ArrayList<>();
        for (Frame part : request(question, what)) {
            WireReader body = part.reader();
            body.skip(8);
            while (body.remaining() > 0) {
                entries.add(entry.apply(body));
            }
        }
        return entries;
    }

    private static WireReader single(List<Frame> reply) {
        return reply.get(0).reader();
    }

    private List<Frame> request(Frame question, String what) {
        Exchanges.Exchange exchange = exchanges.begin(question.xid(), what);
        try {
            send(List.of(question));
            return await(exchange.reply(), what);
        } finally {
            exchanges.end(question.xid());
        }
    }

    private <T> T await(CompletableFuture<T> reply, String what) {
        try {
            return reply.get(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new SwitchSilentException(name + " did not answer within " + bound.toMillis() + " ms: " + what);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SwitchSilentException("interrupted while waiting for " + name + ": " + what);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exchanges.RefusedException refused) {
                throw new SwitchRefusedException(name, List.of(refused.refusal()));
            }
            if (e.getCause() instanceof OpenFlowException known) {
                throw known;
            }
            throw new IllegalStateException(name + ": " + what, e.getCause());
        }
    }

    private void send(Iterable<Frame> frames) {
        if (ended.isDone()) {
            throw new SwitchUnreachableException(ended.join());
        }
        try {
            channel.write(frames);
        } catch (IOException e) {
            throw new SwitchUnreachableException("connection to " + name + " ended: " + e.getMessage(), e);
        }
    }

    private int xid() {
        return nextXid.getAndIncrement();
    }

    private void readAll() {
        String reason;
        try {
            while (true) {
                accept(channel.read());
            }
        } catch (IOException e) {
            reason = "connection to " + name + " ended: " + e;
        } catch (MalformedMessageException e) {
            reason = "connection to " + name + " given up: " + e.getMessage();
        }
        SwitchUnreachableException end = new SwitchUnreachableException(reason);
        ended.complete(reason);
        hello.completeExceptionally(end);
        exchanges.fail(end);
        close();
    }

    private void accept(Frame frame) throws IOException {
        switch (frame.type()) {
            case MessageType.HELLO -> hello.complete(frame);
            case MessageType.ECHO_REQUEST -> channel.write(List.of(Requests.echoReply(frame)));
            case MessageType.PACKET_IN -> events.add(PacketIn.read(frame.reader()));
            case MessageType.PORT_STATUS -> events.add(PortChange.read(frame.reader()));
            default -> exchanges.accept(frame);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Closing ends the reader; that the descriptor complained changes nothing for anybody.
            ended.complete("connection to " + name + " ended: " + e.getMessage());
        }
        events.close();
    }
}
