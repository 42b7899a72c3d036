package org.flowstream.model;

import java.util.List;
import org.flowstream.net.MacAddress;
import org.flowstream.problem.BadValueException;

/**
 * A machine as it is to be made: what a compiled chain says of one of its middleboxes.
 *
 * @param chain the chain that it is a part of
 * @param guest what its image makes of it
 * @param memoryMib in MiB
 * @param devices in the order of their numbers
 */
public record MachineSpec(
        MachineId id,
        Name name,
        Name chain,
        Owner owner,
        ImageDigest image,
        GuestKind guest,
        int memoryMib,
        int vcpus,
        HypervisorChoice hypervisor,
        HealthSpec health,
        List<Device> devices) {
    public MachineSpec {
        devices = List.copyOf(devices);
        for (int index = 0; index < devices.size(); index++) {
            if (devices.get(index).index() != index) {
                throw BadValueException.of("device " + devices.get(index).index() + " stands in place " + index);
            }
        }
    }

    /** A machine of the engine. */
    public MachineSpec(
            MachineId id,
            Name name,
            Name chain,
            Owner owner,
            ImageDigest image,
            int memoryMib,
            int vcpus,
            HypervisorChoice hypervisor,
            HealthSpec health,
            List<Device> devices) {
        this(id, name, chain, owner, image, GuestKind.ENGINE, memoryMib, vcpus, hypervisor, health, devices);
    }

    /** The same machine with another image. */
    public MachineSpec with(ImageDigest other) {
        return new MachineSpec(id, name, chain, owner, other, guest, memoryMib, vcpus, hypervisor, health, devices);
    }

    /** The taps of all devices, in order. */
    public List<PortName> taps() {
        return devices.stream().map(Device::tap).toList();
    }

    /**
     * One device of the machine.
     *
     * @param index its number in the guest, from 0
     * @param name the template's name for it
     */
    public record Device(int index, String name, PortName tap, MacAddress mac) {}
}
