package org.flowstream.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.flowstream.model.Accelerator;
import org.flowstream.model.BridgeName;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.junit.jupiter.api.Test;

final class DomainXmlTest {
    private static final MachineId ID = MachineId.parse("k3v9x2ab");

    private static MachineSpec machine() {
        return new MachineSpec(
                ID,
                Name.parse("fw"),
                Name.parse("web"),
                Owner.parse("o-neill"),
                ImageDigest.parse("9c41".repeat(16)),
                8,
                1,
                HypervisorChoice.AUTO,
                HealthSpec.STANDARD,
                List.of(
                        new MachineSpec.Device(0, "outside", ID.portName(0), ID.mac(0)),
                        new MachineSpec.Device(1, "inside", ID.portName(1), ID.mac(1))));
    }

    private static String reference(String name) throws IOException {
        try (InputStream in = DomainXmlTest.class.getResourceAsStream("/domain/" + name)) {
            return new String(in == null ? new byte[0] : in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void kvm() throws IOException {
        assertThat(DomainXml.render(
                        machine(),
                        Accelerator.KVM,
                        Places.STANDARD,
                        HypervisorHost.PLAIN.withUser("+64055:+110").withCpuQuota(Optional.of(150))))
                .isEqualTo(reference("kvm.xml"));
    }

    @Test
    void qemuWithAnEmulatorOfOurs() throws IOException {
        Places places = new Places(Path.of("/srv/a & b"), Path.of("/run/fs"), Path.of("/var/log/fs"));
        assertThat(DomainXml.render(
                        machine(),
                        Accelerator.QEMU,
                        places,
                        HypervisorHost.PLAIN.withEmulator(Path.of("/srv/a & b/qemu-tcg"))))
                .isEqualTo(reference("qemu.xml"));
    }

    @Test
    void xen() throws IOException {
        assertThat(XenDomainXml.render(
                        machine(),
                        Places.STANDARD,
                        Path.of("/var/lib/libvirt/flowstream/k3v9x2ab.elf"),
                        BridgeName.parse("flowstream")))
                .isEqualTo(reference("xen.xml"));
    }

    @Test
    void theTagIsReadBackAsLibvirtGivesIt() {
        DomainMetadata tag = DomainMetadata.of(Places.STANDARD.installation(), machine(), Accelerator.KVM);
        Xml xml = new Xml();
        tag.render(xml);
        assertThat(DomainMetadata.parse(xml.toString())).isEqualTo(tag);
        String stripped =
                xml.toString().replace("flowstream:machine", "machine").replace("xmlns:flowstream", "xmlns");
        assertThat(DomainMetadata.parse(stripped)).isEqualTo(tag);
    }

    @Test
    void aTagThatIsNotOursIsRefused() {
        assertThatThrownBy(() -> DomainMetadata.parse("<other/>")).hasMessageContaining("'other'");
        assertThatThrownBy(() -> DomainMetadata.parse("<machine/>")).hasMessage("a machine tag without 'installation'");
        assertThatThrownBy(() -> DomainMetadata.parse("<machine")).hasMessageStartingWith("machine tag '<machine'");
        assertThatThrownBy(() -> DomainMetadata.parse("<!DOCTYPE a [<!ENTITY e 'x'>]><machine id='&e;'/>"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
