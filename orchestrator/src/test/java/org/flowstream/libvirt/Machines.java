package org.flowstream.libvirt;

import java.util.List;
import java.util.stream.IntStream;
import org.flowstream.domain.DomainXml;
import org.flowstream.domain.HypervisorHost;
import org.flowstream.domain.Places;
import org.flowstream.model.Accelerator;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;

/** Machines to make for tests. */
final class Machines {
    private Machines() {}

    static MachineSpec spec(String name, long id, ImageDigest image, int devices) {
        MachineId machine = new MachineId(id);
        List<MachineSpec.Device> list = IntStream.range(0, devices)
                .mapToObj(i -> new MachineSpec.Device(i, "d" + i, machine.portName(i), machine.mac(i)))
                .toList();
        return new MachineSpec(
                machine,
                Name.parse(name),
                Name.parse(name),
                Owner.OPERATOR,
                image,
                8,
                1,
                HypervisorChoice.AUTO,
                HealthSpec.STANDARD,
                list);
    }

    /** For libvirt's test driver, which runs no QEMU. */
    static String forTestDriver(MachineSpec spec) {
        return DomainXml.render(
                        spec,
                        Accelerator.QEMU,
                        Places.STANDARD,
                        new HypervisorHost(
                                HypervisorHost.PLAIN.firmware(),
                                HypervisorHost.PLAIN.emulator(),
                                HypervisorHost.PLAIN.user(),
                                false,
                                HypervisorHost.PLAIN.cpuQuota()))
                .replace("<domain type='qemu'>", "<domain type='test'>");
    }
}
