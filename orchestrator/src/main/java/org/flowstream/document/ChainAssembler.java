package org.flowstream.document;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.document.Document.ChainDocument;
import org.flowstream.document.Document.MiddleboxDocument;
import org.flowstream.image.Manifest;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.PortName;
import org.flowstream.model.RunState;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;
import org.flowstream.problem.BadValueException;

/** From a chain's document and its built images to the chain: names, wires and the return flow. */
public final class ChainAssembler {
    private static final int LONGEST_NAME = 48;

    private final ChainDocument document;
    private final List<BuiltImage> images;
    private final List<Name> names;
    private boolean good = true;

    private ChainAssembler(ChainDocument document, List<BuiltImage> images) {
        this.document = document;
        this.images = images;
        this.names = names();
    }

    /**
     * The chain; what is wrong is added to the document's problems, and nothing comes out.
     *
     * @param images one for each middlebox of the document, in order
     */
    public static Optional<ChainSpec> assemble(ChainDocument document, List<BuiltImage> images) {
        return new ChainAssembler(document, List.copyOf(images)).chain();
    }

    private Optional<ChainSpec> chain() {
        if (images.isEmpty() || images.size() > ChainSpec.Spec.MOST_MIDDLEBOXES) {
            return Optional.empty(); // the schema has said so
        }
        List<MiddleboxSpec> middleboxes = new ArrayList<>();
        Map<Name, BuiltImage> byName = new HashMap<>();
        for (int place = 0; place < images.size(); place++) {
            byName.put(names.get(place), images.get(place));
            middlebox(place).ifPresent(middleboxes::add);
        }
        unusedPorts(middleboxes);
        if (!good || middleboxes.isEmpty()) {
            return Optional.empty();
        }
        FlowMatch returnFlow =
                document.returnFlow().orElseGet(() -> ReturnFlow.of(document.flow(), middleboxes, byName));
        try {
            ChainSpec chain = ChainSpec.of(
                    document.name(),
                    document.owner(),
                    new ChainSpec.Spec(
                            document.bridge(),
                            document.flow(),
                            returnFlow,
                            document.priority(),
                            document.instances(),
                            document.start(),
                            document.idle(),
                            document.failure(),
                            document.limits(),
                            RunState.RUNNING,
                            false,
                            middleboxes));
            List<String> faults = ChainCompiler.faults(chain);
            faults.forEach(fault -> document.problem("middleboxes", fault));
            return faults.isEmpty() ? Optional.of(chain) : Optional.empty();
        } catch (BadValueException e) {
            document.problem("middleboxes", e.getMessage());
            return Optional.empty();
        }
    }

    /** Given names, and for the others the chain's, with the template's where there are several. */
    private List<Name> names() {
        List<Name> found = new ArrayList<>();
        Set<Name> taken = new HashSet<>();
        document.middleboxes().forEach(it -> it.given().ifPresent(taken::add));
        for (int place = 0; place < images.size(); place++) {
            Optional<Name> given = document.middleboxes().get(place).given();
            if (given.isPresent() || images.size() == 1) {
                found.add(given.orElse(document.name()));
                continue;
            }
            String whole = document.name() + "-" + images.get(place).manifest().template();
            String stem = whole.substring(0, Math.min(whole.length(), LONGEST_NAME - 3))
                    .replaceAll("-+$", "");
            Name name = Name.parse(stem);
            for (int number = 2; !taken.add(name); number++) {
                name = Name.parse(stem + "-" + number);
            }
            found.add(name);
        }
        return found;
    }

    private Optional<MiddleboxSpec> middlebox(int place) {
        MiddleboxDocument box = document.middleboxes().get(place);
        BuiltImage image = images.get(place);
        List<DeviceWiring> devices = wires(place, box, image.manifest());
        HealthSpec standard = image.manifest().health();
        if (!good) {
            return Optional.empty();
        }
        try {
            return Optional.of(image.middlebox(
                    names.get(place),
                    box.hypervisor(),
                    box.memoryMib().orElse(Math.toIntExact(image.manifest().memory() >> 20)),
                    new HealthSpec(
                            box.ready().orElse(standard.ready()),
                            box.heartbeat().orElse(standard.heartbeat())),
                    devices));
        } catch (BadValueException e) {
            good = false;
            box.problem(box.memoryMib().isPresent() ? "memory" : "health", e.getMessage());
            return Optional.empty();
        }
    }

    private List<DeviceWiring> wires(int place, MiddleboxDocument box, Manifest manifest) {
        Map<String, WireEnd> ends = new LinkedHashMap<>();
        List<String> known =
                manifest.devices().stream().map(Manifest.Device::name).toList();
        for (String device : new TreeSet<>(box.devices().keySet())) {
            if (!known.contains(device)) {
                good = false;
                box.problem(
                        "devices",
                        "template " + manifest.template() + " has no device '" + device + "', but "
                                + String.join(", ", known));
            }
        }
        for (int device = 0; device < known.size(); device++) {
            String name = known.get(device);
            Optional<WireEnd> end = Optional.ofNullable(box.devices().get(name));
            if (end.isEmpty() && device < 2) {
                end = device == 0 ? previous(place) : next(place);
            }
            if (end.isEmpty()) {
                good = false;
                box.problem(
                        "devices",
                        "device '" + name + "' of template " + manifest.template()
                                + " is not wired: expected \"devices\": {\"" + name + "\": PORT or MIDDLEBOX/DEVICE}"
                                + (device < 2 ? ", or the chain's \"between\": [PORT, PORT]" : ""));
            } else {
                ends.put(name, end.get());
            }
        }
        List<DeviceWiring> wires = new ArrayList<>();
        manifest.devices()
                .forEach(device -> Optional.ofNullable(ends.get(device.name()))
                        .ifPresent(end -> wires.add(new DeviceWiring(device.name(), device.mode(), end))));
        return wires;
    }

    private Optional<WireEnd> previous(int place) {
        return place == 0 ? side(0) : device(place - 1, 1);
    }

    private Optional<WireEnd> next(int place) {
        return place == images.size() - 1 ? side(1) : device(place + 1, 0);
    }

    private Optional<WireEnd> side(int side) {
        return document.between().size() > side
                ? Optional.of(new WireEnd.ToPort(document.between().get(side)))
                : Optional.empty();
    }

    private Optional<WireEnd> device(int place, int device) {
        List<Manifest.Device> devices = images.get(place).manifest().devices();
        return devices.size() > device
                ? Optional.of(new WireEnd.ToDevice(
                        names.get(place), devices.get(device).name()))
                : Optional.empty();
    }

    private void unusedPorts(List<MiddleboxSpec> middleboxes) {
        if (!good) {
            return;
        }
        for (PortName port : document.between()) {
            boolean used = middleboxes.stream()
                    .flatMap(it -> it.devices().stream())
                    .anyMatch(it -> it.to().equals(new WireEnd.ToPort(port)));
            if (!used) {
                good = false;
                document.problem("between", "no device is wired to port '" + port + "'");
            }
        }
    }
}
