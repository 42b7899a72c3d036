package org.flowstream.reconcile;

import java.util.Comparator;
import org.flowstream.domain.DomainMetadata;
import org.flowstream.libvirt.LibvirtMachine;
import org.flowstream.plan.ObservedMachine;
import org.flowstream.process.ProcessMachine;

/**
 * A machine or process of ours as the host has it now.
 *
 * @param cpuNanos of its process since it began
 * @param residentKib of its process; 0 when not known
 */
record HostMachine(DomainMetadata tag, ObservedMachine.Power power, long cpuNanos, long residentKib) {
    /** The order of machines in every listing. */
    static final Comparator<HostMachine> BY_NAME =
            Comparator.comparing(machine -> machine.tag().name());

    static HostMachine of(LibvirtMachine machine) {
        return new HostMachine(machine.tag(), power(machine), machine.cpuNanos(), machine.residentKib());
    }

    static HostMachine of(ProcessMachine machine) {
        return new HostMachine(machine.tag(), power(machine), machine.cpuNanos(), machine.residentKib());
    }

    private static ObservedMachine.Power power(ProcessMachine machine) {
        if (!machine.isAlive()) {
            return ObservedMachine.Power.ENDED;
        }
        return machine.halted() ? ObservedMachine.Power.PAUSED : ObservedMachine.Power.RUNNING;
    }

    private static ObservedMachine.Power power(LibvirtMachine machine) {
        return switch (machine.state()) {
            case RUNNING, BLOCKED, NO_STATE -> ObservedMachine.Power.RUNNING;
            case PAUSED, SUSPENDED -> ObservedMachine.Power.PAUSED;
            case SHUTDOWN -> ObservedMachine.Power.ENDING;
            case SHUT_OFF, CRASHED -> ObservedMachine.Power.ENDED;
        };
    }
}
