package org.flowstream.libvirt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.flowstream.domain.HypervisorHost;
import org.flowstream.domain.Places;
import org.flowstream.model.Accelerator;

/**
 * What machines run by on this host, as it is now.
 *
 * @param host what their domains' XML depends on
 * @param best what {@code auto} means
 */
public record Hypervisor(HypervisorHost host, Accelerator best) {
    /**
     * Looks at the host; cheap but for libvirt's first answer about QEMU's user, so ask before each start.
     *
     * @param user QEMU's, from {@link LibvirtHost#qemuUser}
     */
    public static Hypervisor of(Path root, Places places, Optional<String> user) {
        KvmAccess kvm = KvmAccess.of(root, user);
        HypervisorHost host = user.map(HypervisorHost.PLAIN::withUser).orElse(HypervisorHost.PLAIN);
        if (kvm == KvmAccess.CLOSED) {
            try {
                host = TcgEmulator.install(root, places.state())
                        .map(host::withEmulator)
                        .orElse(host);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new Hypervisor(host, kvm == KvmAccess.OPEN ? Accelerator.KVM : Accelerator.QEMU);
    }
}
