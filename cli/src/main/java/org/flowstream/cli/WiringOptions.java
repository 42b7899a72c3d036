package org.flowstream.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.flowstream.image.Manifest;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.WireEnd;
import org.flowstream.problem.BadValueException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which device of a middlebox is wired to which port. */
final class WiringOptions {
    @Option(
            names = "--between",
            paramLabel = "A:B",
            description = "The ports of its first two devices: its outside and its inside.")
    private @Nullable String between;

    @Option(
            names = "--device",
            paramLabel = "DEVICE=PORT",
            description = "The port of one device, by the template's name for it; may be given for each.")
    private List<String> devices = new ArrayList<>();

    /** One wire for each device; all that is wrong with them is told at once. */
    List<DeviceWiring> wire(String template, List<Manifest.Device> wanted) {
        List<String> faults = new ArrayList<>();
        Map<String, String> ports = new LinkedHashMap<>();
        if (between != null) {
            String[] sides = between.split(":", -1);
            if (sides.length != 2 || sides[0].isEmpty() || sides[1].isEmpty()) {
                faults.add("--between: '" + between + "': expected two ports as A:B");
            } else if (wanted.size() < 2) {
                faults.add("--between: template " + template + " has " + wanted.size() + " device; use --device");
            } else {
                ports.put(wanted.get(0).name(), sides[0]);
                ports.put(wanted.get(1).name(), sides[1]);
            }
        }
        List<String> names = wanted.stream().map(Manifest.Device::name).toList();
        for (String device : devices) {
            int equals = device.indexOf('=');
            String name = equals < 0 ? device : device.substring(0, equals);
            if (equals <= 0 || equals == device.length() - 1) {
                faults.add("--device: '" + device + "': expected DEVICE=PORT");
            } else if (!names.contains(name)) {
                faults.add("--device: template " + template + " has no device '" + name + "', but "
                        + String.join(", ", names));
            } else if (ports.put(name, device.substring(equals + 1)) != null) {
                faults.add("device '" + name + "' is wired twice");
            }
        }
        if (faults.isEmpty() && ports.size() < names.size()) {
            TreeSet<String> missing = new TreeSet<>(names);
            missing.removeAll(ports.keySet());
            faults.add("which ports? Template " + template + " has devices " + String.join(", ", names)
                    + "; not wired: " + String.join(", ", missing)
                    + (names.size() == 2 ? " (--between A:B)" : " (--device DEVICE=PORT)"));
        }
        List<DeviceWiring> wires = new ArrayList<>();
        for (Manifest.Device device : faults.isEmpty() ? wanted : List.<Manifest.Device>of()) {
            try {
                wires.add(new DeviceWiring(
                        device.name(), device.mode(), WireEnd.parse(ports.getOrDefault(device.name(), ""))));
            } catch (BadValueException e) {
                faults.add("device '" + device.name() + "': " + e.getMessage());
            }
        }
        if (!faults.isEmpty()) {
            throw CommandFailure.usage(String.join("\n", faults));
        }
        return wires;
    }
}
