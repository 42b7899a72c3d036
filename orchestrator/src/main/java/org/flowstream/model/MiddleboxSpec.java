package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.flowstream.problem.BadValueException;

/**
 * A middlebox as declared: an image with a name, resources, health and wires.
 *
 * @param template the template's name and version, such as {@code firewall 1.0.0}
 * @param origin where that template came from
 * @param parameters those that are not as the template has them, by name, as a document writes them
 * @param guest what its image makes of it
 * @param memoryMib of its machine, in MiB: 2 to 4096
 * @param vcpus of its machine: 1 (the engine has one thread)
 * @param devices in the order of their numbers, 1 to {@value MachineId#MAX_DEVICES}
 */
public record MiddleboxSpec(
        Name name,
        String template,
        TemplateOrigin origin,
        Map<String, JsonNode> parameters,
        ImageDigest image,
        GuestKind guest,
        int memoryMib,
        int vcpus,
        HypervisorChoice hypervisor,
        HealthSpec health,
        List<DeviceWiring> devices) {
    public static final int DEFAULT_MEMORY_MIB = 8;

    private static final int LEAST_MEMORY_MIB = 2;
    private static final int MOST_MEMORY_MIB = 4096;

    @JsonCreator
    public MiddleboxSpec {
        parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
        devices = List.copyOf(devices);
        if (memoryMib < LEAST_MEMORY_MIB || memoryMib > MOST_MEMORY_MIB) {
            throw BadValueException.expected(memoryMib + " MiB", "memory from 2 MiB to 4096 MiB");
        }
        if (vcpus != 1) {
            throw BadValueException.expected(Integer.toString(vcpus), "one vcpu: the engine has one thread");
        }
        if (!guest.runsBy(hypervisor)) {
            throw BadValueException.of("middlebox '" + name + "' is a " + guest
                    + (guest == GuestKind.PROGRAM
                            ? ", which runs as a process: expected hypervisor process, not "
                            : ", which runs in a machine: expected hypervisor auto, kvm or qemu, not ")
                    + hypervisor);
        }
        if (guest.isForeign() && (health.asks(HealthLevel.CONTROL) || health.asks(HealthLevel.FUNCTION))) {
            throw BadValueException.of("middlebox '" + name + "' is a " + guest
                    + ", which does not speak the control protocol: its health can be machine and forwarding, not "
                    + (health.asks(HealthLevel.CONTROL) ? HealthLevel.CONTROL : HealthLevel.FUNCTION));
        }
        if (devices.isEmpty() || devices.size() > MachineId.MAX_DEVICES) {
            throw BadValueException.of("middlebox '" + name + "' has " + devices.size() + " devices: expected 1 to "
                    + MachineId.MAX_DEVICES);
        }
        Set<String> names = new HashSet<>();
        for (DeviceWiring wiring : devices) {
            if (!names.add(wiring.device())) {
                throw BadValueException.of("middlebox '" + name + "' has two devices named '" + wiring.device() + "'");
            }
        }
    }

    /** A middlebox of the engine, of which only its image is known. */
    public MiddleboxSpec(
            Name name,
            String template,
            ImageDigest image,
            int memoryMib,
            int vcpus,
            HypervisorChoice hypervisor,
            HealthSpec health,
            List<DeviceWiring> devices) {
        this(
                name,
                template,
                TemplateOrigin.OTHER,
                Map.of(),
                image,
                GuestKind.ENGINE,
                memoryMib,
                vcpus,
                hypervisor,
                health,
                devices);
    }

    /** The same middlebox of another image, which may be of another version of its template and need more memory. */
    public MiddleboxSpec with(String otherTemplate, ImageDigest other, int otherMemoryMib) {
        return new MiddleboxSpec(
                name,
                otherTemplate,
                origin,
                parameters,
                other,
                guest,
                otherMemoryMib,
                vcpus,
                hypervisor,
                health,
                devices);
    }

    /** The same middlebox, made from something else, on the same wires. */
    public MiddleboxSpec madeFrom(
            String otherTemplate,
            TemplateOrigin otherOrigin,
            Map<String, JsonNode> otherParameters,
            ImageDigest other,
            GuestKind otherGuest,
            int otherMemoryMib,
            HealthSpec otherHealth) {
        return new MiddleboxSpec(
                name,
                otherTemplate,
                otherOrigin,
                otherParameters,
                other,
                otherGuest,
                otherMemoryMib,
                vcpus,
                hypervisor,
                otherHealth,
                devices);
    }

    /** The template's name, without its version. */
    public String templateName() {
        int blank = template.indexOf(' ');
        return blank < 0 ? template : template.substring(0, blank);
    }

    /** The number of a device, or -1. */
    public int indexOf(String device) {
        for (int index = 0; index < devices.size(); index++) {
            if (devices.get(index).device().equals(device)) {
                return index;
            }
        }
        return -1;
    }
}
