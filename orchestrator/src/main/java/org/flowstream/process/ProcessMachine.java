package org.flowstream.process;

import java.util.Optional;
import org.flowstream.domain.DomainMetadata;

/**
 * A middlebox that is a process, by its folder.
 *
 * @param tag whose it is and what it was made as
 * @param pid its number; empty when it has ended and its folder is left
 * @param halted whether {@link ProcessHost#suspend} halted it; one that anybody else did hangs
 * @param cpuNanos since it began
 * @param residentKib in memory
 */
public record ProcessMachine(DomainMetadata tag, Optional<Long> pid, boolean halted, long cpuNanos, long residentKib) {
    public boolean isAlive() {
        return pid.isPresent();
    }
}
