package org.flowstream.libvirt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
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
     * Looks at the host and puts the files in place that QEMU is started with; cheap but for libvirt's first answer about
     * QEMU's user, so ask before each start.
     *
     * @param user QEMU's, from {@link LibvirtHost#qemuUser}
     * @param offersKvm {@link LibvirtHost#offersKvm}, asked only where /dev/kvm is open
     */
    public static Hypervisor of(Path root, Places places, Optional<String> user, BooleanSupplier offersKvm) {
        KvmAccess kvm = KvmAccess.of(root, user);
        HypervisorHost host = user.map(HypervisorHost.PLAIN::withUser).orElse(HypervisorHost.PLAIN);
        try {
            host = host.withFirmware(FirmwareFile.install(places.state()));
            if (kvm == KvmAccess.CLOSED) {
                host = TcgEmulator.install(root, places.state())
                        .map(host::withEmulator)
                        .orElse(host);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Hypervisor(host, best(kvm, offersKvm));
    }

    /** What {@code auto} means, for those who start nothing: they look at the host often. */
    public static Accelerator best(Path root, Optional<String> user, BooleanSupplier offersKvm) {
        return best(KvmAccess.of(root, user), offersKvm);
    }

    private static Accelerator best(KvmAccess kvm, BooleanSupplier offersKvm) {
        // A file that can be opened need not be a KVM that works.
        boolean works = kvm == KvmAccess.OPEN && offersKvm.getAsBoolean();
        return works ? Accelerator.KVM : Accelerator.QEMU;
    }
}
