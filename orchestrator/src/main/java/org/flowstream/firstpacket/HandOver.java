package org.flowstream.firstpacket;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Place;
import org.flowstream.chain.RuleIntent;
import org.flowstream.control.ControlClient;
import org.flowstream.control.ControlPort;
import org.flowstream.control.InputGate;
import org.flowstream.domain.Places;
import org.flowstream.model.MachineId;

/** The packets of a new flow, on their way into its machines past the gates that hold what comes behind them. */
final class HandOver {
    private static final Duration BOUND = Duration.ofSeconds(5);

    private final Places places;
    private final ChainPlan plan;
    private final Duration lag;

    /** @param lag so long after the last packet, and after the rules are set, no more come */
    HandOver(Places places, ChainPlan plan, Duration lag) {
        this.places = places;
        this.plan = plan;
        this.lag = lag;
    }

    /** What is done between the closing of the gates and the first packet. */
    @FunctionalInterface
    interface Between {
        void run(Sessions sessions) throws IOException, InterruptedException;
    }

    /** The conversations that are open. */
    record Sessions(Map<MachineId, ControlClient> open) {
        Optional<ControlClient> of(MachineId machine) {
            return Optional.ofNullable(open.get(machine));
        }
    }

    /** What is told when the first packets are in the machine. */
    @FunctionalInterface
    interface Delivered {
        void after(long nanos);
    }

    /** The tap where a side of the flow enters. */
    private Optional<Place.Tap> entry(int side) {
        List<RuleIntent.Enter> entries = plan.intents(RuleIntent.Enter.class);
        return entries.stream()
                .map(RuleIntent.Enter::from)
                .distinct()
                .skip(side)
                .findFirst()
                .flatMap(from ->
                        entries.stream().filter(it -> it.from().equals(from)).findFirst())
                .map(enter -> enter.to().places().get(0))
                .filter(Place.Tap.class::isInstance)
                .map(Place.Tap.class::cast);
    }

    /** Closes gates, has the rest done, and hands over until no more comes; then the gates open. */
    void run(SetUp setUp, Between between, Delivered delivered) throws IOException, InterruptedException {
        Place.Tap first = entry(0).orElseThrow(() -> new IOException("the flow enters no machine"));
        Optional<Place.Tap> second = entry(1);
        MachineId one = first.machine();
        MachineId other = second.map(Place.Tap::machine).orElse(one);
        talk(one, front -> {
            if (one.equals(other)) {
                run(setUp, between, delivered, front, front, first, second);
            } else {
                talk(other, back -> run(setUp, between, delivered, front, back, first, second));
            }
        });
    }

    @FunctionalInterface
    private interface Conversation {
        void with(ControlClient session) throws IOException, InterruptedException;
    }

    private void talk(MachineId machine, Conversation conversation) throws IOException, InterruptedException {
        List<InterruptedException> interrupted = new ArrayList<>();
        new ControlPort(places.control(machine), BOUND).talk(session -> {
            try {
                conversation.with(session);
            } catch (InterruptedException e) {
                interrupted.add(e);
            }
            return machine;
        });
        if (!interrupted.isEmpty()) {
            throw interrupted.get(0);
        }
    }

    private void run(
            SetUp setUp,
            Between between,
            Delivered delivered,
            ControlClient front,
            ControlClient back,
            Place.Tap first,
            Optional<Place.Tap> second)
            throws IOException, InterruptedException {
        InputGate frontGate = new InputGate(front);
        InputGate backGate = front == back ? frontGate : new InputGate(back);
        frontGate.close();
        if (front != back) {
            backGate.close();
        }
        Map<MachineId, ControlClient> open = new HashMap<>();
        open.put(first.machine(), front);
        second.ifPresent(tap -> open.put(tap.machine(), back));
        between.run(new Sessions(open));
        long steered = System.nanoTime();
        boolean told = false;
        Optional<List<SetUp.Held>> packets = Optional.of(setUp.drain());
        while (packets.isPresent()) {
            hand(frontGate, packets.get(), 0, first.device());
            if (second.isPresent()) {
                hand(backGate, packets.get(), 1, second.get().device());
            }
            if (!told && !packets.get().isEmpty()) {
                told = true;
                delivered.after(System.nanoTime() - setUp.beganNanos());
            }
            packets = setUp.more(steered, lag.toNanos());
        }
        frontGate.open();
        if (front != back) {
            backGate.open();
        }
    }

    private static void hand(InputGate gate, List<SetUp.Held> packets, int side, int device) throws IOException {
        List<InputGate.Frame> frames = packets.stream()
                .filter(packet -> packet.side() == side)
                .map(packet -> new InputGate.Frame(device, packet.bytes()))
                .toList();
        if (!frames.isEmpty()) {
            gate.handOver(frames);
        }
    }
}
