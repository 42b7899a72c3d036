package org.flowstream.trace;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.flowstream.element.ElementLibrary;
import org.flowstream.image.Image;
import org.flowstream.image.ImageException;
import org.flowstream.image.ImageStore;
import org.flowstream.image.Manifest;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.MachineSpec;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.FrameComposer;
import org.flowstream.net.FrameFlow;
import org.flowstream.net.MacAddress;
import org.flowstream.net.MaskedValue;
import org.flowstream.net.MatchField;
import org.flowstream.net.PacketText;
import org.flowstream.ovsdb.SwitchControl;
import org.flowstream.ovsdb.SwitchTrace;
import org.flowstream.problem.BadValueException;
import org.flowstream.process.EngineTrace;
import org.flowstream.process.EngineTracer;
import org.flowstream.template.Frame;

/**
 * Follows a packet through the switch, by its own ofproto/trace, and through middleboxes, by running each one's very image
 * in the process build. No packet is sent, and neither the switch nor a machine changes by it.
 */
public final class Tracer {
    private static final int MOST_HOPS = 32;

    private final SwitchControl openVswitch;
    private final ImageStore images;
    private final EngineTracer engine;
    private final LiveMachines machines;
    private final ElementLibrary library;
    private final Clock clock;

    public Tracer(
            SwitchControl openVswitch,
            ImageStore images,
            EngineTracer engine,
            LiveMachines machines,
            ElementLibrary library,
            Clock clock) {
        this.openVswitch = openVswitch;
        this.images = images;
        this.engine = engine;
        this.machines = machines;
        this.library = library;
        this.clock = clock;
    }

    /**
     * Traces one packet of a flow, composed by what the match says. Where the first middlebox is addressed and the match
     * names no Ethernet destination, the packet is sent to its device.
     */
    public Trace trace(List<DeclaredChain> chains, String port, FlowMatch match) {
        Run run = new Run(chains);
        FrameComposer.Composed packet = FrameComposer.compose(match);
        if (match.get(MatchField.ETH_DST).isEmpty()) {
            Optional<MacAddress> gateway = run.gateway(port, Frame.of(packet.frame()));
            if (gateway.isPresent()) {
                long bits = gateway.get().bits();
                FrameComposer.Composed addressed = FrameComposer.compose(
                        match.with(MatchField.ETH_DST, MaskedValue.exact(bits, MatchField.ETH_DST.bits())));
                List<String> taken = new ArrayList<>(addressed.taken());
                taken.add("dl_dst=" + gateway.get());
                packet = new FrameComposer.Composed(addressed.text(), taken);
            }
        }
        return run.follow(port, Frame.of(packet.frame()), packet.taken());
    }

    /** Traces a frame as it is. */
    public Trace trace(List<DeclaredChain> chains, String port, byte[] frame) {
        return new Run(chains).follow(port, Frame.of(frame), List.of());
    }

    /** A frame on its way to a bridge or into a device. */
    private record Arrival(int after, String port, Frame frame, String what, boolean toMachine) {}

    /** One trace. */
    private final class Run {
        private final SortedMap<String, SwitchControl.Port> ports = openVswitch.ports();
        private final SwitchHop words;
        private final List<Hop> hops = new ArrayList<>();
        private final Set<String> verdict = new LinkedHashSet<>();
        private final Deque<Arrival> waiting = new ArrayDeque<>();

        Run(List<DeclaredChain> chains) {
            this.words = new SwitchHop(chains, ports);
        }

        private SwitchTrace ask(String port, Frame frame) {
            SwitchControl.Port at = ports.get(port);
            if (at == null) {
                throw BadValueException.of("the switch has no port '" + port + "'");
            }
            return openVswitch.trace(at.bridge(), at.number(), FrameFlow.of(frame.bytes()));
        }

        /** The address of the addressed device by which a packet enters its first middlebox. */
        private Optional<MacAddress> gateway(String port, Frame frame) {
            return words.outputs(ask(port, frame)).stream()
                    .flatMap(out -> words.device(out).stream())
                    .filter(device -> image(device.machine())
                            .filter(image ->
                                    device.index() < image.manifest().devices().size()
                                            && image.manifest()
                                                            .devices()
                                                            .get(device.index())
                                                            .mode()
                                                    == DeviceMode.ADDRESSED)
                            .isPresent())
                    .map(device ->
                            device.machine().devices().get(device.index()).mac())
                    .findFirst();
        }

        private Optional<Image> image(MachineSpec machine) {
            try {
                return Optional.of(images.get(machine.image()));
            } catch (ImageException e) {
                return Optional.empty(); // told at the hop itself
            }
        }

        Trace follow(String port, Frame frame, List<String> chosen) {
            waiting.add(new Arrival(0, port, frame, "", false));
            while (!waiting.isEmpty()) {
                if (hops.size() == MOST_HOPS) {
                    verdict.add("After " + MOST_HOPS + " hops it has not ended: it goes round in a circle.");
                    break;
                }
                Arrival next = waiting.remove();
                if (next.toMachine()) {
                    machine(next);
                } else {
                    bridge(next);
                }
            }
            return new Trace(port, PacketText.of(frame.bytes()), chosen, hops, List.copyOf(verdict));
        }

        private void bridge(Arrival arrival) {
            SwitchTrace trace = ask(arrival.port(), arrival.frame());
            int number = hops.size() + 1;
            List<Hop.End> ends = words.ends(trace);
            hops.add(new Hop(number, arrival.after(), "switch", arrival.what(), words.stages(trace), ends, List.of()));
            for (String port : words.outputs(trace)) {
                if (words.device(port).isPresent()) {
                    waiting.add(new Arrival(number, port, arrival.frame(), arrival.what(), true));
                } else {
                    verdict.add(subject(arrival.what()) + " reaches " + port + ".");
                }
            }
            for (Hop.End end : ends) {
                if (end.fate() == Hop.Fate.DROPPED) {
                    verdict.add(subject(arrival.what()) + " goes nowhere: the switch drops it.");
                } else if (end.fate() == Hop.Fate.PUNTED) {
                    verdict.add(subject(arrival.what()) + " goes to the daemon.");
                }
            }
        }

        private void machine(Arrival arrival) {
            SwitchHop.Device device = words.device(arrival.port()).orElseThrow();
            String name = device.machine().name().text();
            int number = hops.size() + 1;
            List<String> notes = new ArrayList<>();
            try {
                if (device.machine().guest().isForeign()) {
                    throw new IOException("a " + device.machine().guest() + " of your own may do anything to it");
                }
                Image image = images.get(device.machine().image());
                LiveState state = state(device, image.manifest(), notes);
                EngineTrace told = engine.trace(
                        images.file(device.machine().image()),
                        device.machine().devices().stream()
                                .map(MachineSpec.Device::mac)
                                .toList(),
                        device.index(),
                        arrival.frame().bytes(),
                        nanos(clock.instant()),
                        state.values());
                told.refused().forEach(words -> notes.add("State unknown: " + words + "."));
                enter(arrival, device, new Elements(image.manifest(), library, state), told, notes);
            } catch (ImageException | IOException e) {
                String why = "cannot be followed: " + e.getMessage();
                Hop.End end = new Hop.End(Hop.Fate.HELD, name, why, "", 0);
                hops.add(new Hop(number, arrival.after(), name, arrival.what(), List.of(), List.of(end), notes));
                verdict.add("What becomes of it in " + name + " is not known: " + e.getMessage() + ".");
            }
        }

        private LiveState state(SwitchHop.Device device, Manifest manifest, List<String> notes) {
            try {
                return LiveState.read(
                        machines, device.machine().name(), device.machine().id(), manifest, library);
            } catch (IOException e) {
                notes.add("State unknown: " + e.getMessage() + "; told as just after its start.");
                return LiveState.none();
            }
        }

        private void enter(
                Arrival arrival, SwitchHop.Device device, Elements elements, EngineTrace told, List<String> notes) {
            List<String> names = device.machine().devices().stream()
                    .map(MachineSpec.Device::name)
                    .toList();
            String name = device.machine().name().text();
            boolean first = true;
            for (GuestHop.Path path : new GuestHop(told, elements, names).paths()) {
                int number = hops.size() + 1;
                String what = path.what().isEmpty() ? arrival.what() : path.what();
                List<String> all = new ArrayList<>(first ? notes : List.of());
                all.addAll(unknown(path, elements));
                List<Hop.End> ends = path.end().stream().toList();
                hops.add(new Hop(number, arrival.after(), name, what, path.stages(), ends, all));
                path.end().ifPresent(end -> conclude(end, name, what, path, !all.isEmpty()));
                if (path.device() >= 0) {
                    String tap =
                            device.machine().devices().get(path.device()).tap().text();
                    waiting.add(new Arrival(number, tap, path.frame(), what, false));
                }
                first = false;
            }
        }

        private List<String> unknown(GuestHop.Path path, Elements elements) {
            List<String> notes = new ArrayList<>();
            Set<String> remembering = new LinkedHashSet<>();
            Set<String> delaying = new LinkedHashSet<>();
            for (String element : path.names()) {
                elements.remembers(element).ifPresent(remembering::add);
                if (elements.delays(element)) {
                    delaying.add(elements.label(element));
                }
            }
            if (!remembering.isEmpty()) {
                notes.add("State unknown: " + String.join(", ", remembering)
                        + "; told as for the first packet after its start.");
            }
            if (!delaying.isEmpty()) {
                notes.add("Told as if nothing waited in " + String.join(", ", delaying) + ".");
            }
            return notes;
        }

        private void conclude(Hop.End end, String name, String what, GuestHop.Path path, boolean unsure) {
            String doubt = unsure ? " (state unknown: see there)" : "";
            switch (end.fate()) {
                case DROPPED -> {
                    verdict.add(subject(what) + " is dropped in " + name + ", by " + end.to() + doubt + ".");
                    if (!path.decidedBy().isEmpty()) {
                        verdict.add(path.decidedBy());
                    }
                }
                case HELD -> verdict.add(subject(what) + " waits in " + name + ", in " + end.to() + doubt + ".");
                case CONSUMED ->
                    verdict.add(subject(what) + " is taken in by " + end.to() + " of " + name + doubt + ".");
                case PASSED, DELIVERED, PUNTED -> {} // told where it goes on
            }
        }
    }

    /** {@code It}, or what else goes there. */
    private static String subject(String what) {
        return what.isEmpty() ? "It" : Character.toUpperCase(what.charAt(0)) + what.substring(1);
    }

    private static long nanos(Instant now) {
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }
}
