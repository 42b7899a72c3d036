package org.flowstream.reconcile;

import java.util.OptionalDouble;

/**
 * What a machine costs its host.
 *
 * @param cpuPercent of one processor, lately; empty before it was looked at twice
 * @param residentKib of QEMU's process; 0 when not known
 */
public record MachineLoad(OptionalDouble cpuPercent, long residentKib) {}
