package org.flowstream.libvirt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Whether KVM runs kernels that know nothing of this host. One without the processor's virtualization (kvm_pvm) runs ring 3
 * at native speed, where the engine lives, and translates ring 0 instruction by instruction: Linux does not boot there.
 */
public final class HardwareKvm {
    private HardwareKvm() {}

    /**
     * Why it does not; empty where it does, and where there is no KVM at all.
     *
     * @param root {@code /} but in tests
     */
    public static Optional<String> fault(Path root) {
        if (!Files.exists(root.resolve("dev/kvm"))) {
            return Optional.empty();
        }
        try {
            boolean has = Files.readAllLines(root.resolve("proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("flags"))
                    .flatMap(line -> List.of(line.split("\\s+")).stream())
                    .anyMatch(flag -> flag.equals("vmx") || flag.equals("svm"));
            return has
                    ? Optional.empty()
                    : Optional.of("this host's KVM has neither VMX nor SVM: no kernel but the engine's boots by it");
        } catch (IOException e) {
            return Optional.empty(); // nothing is known against it
        }
    }
}
