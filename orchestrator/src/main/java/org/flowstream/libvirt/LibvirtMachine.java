package org.flowstream.libvirt;

import org.flowstream.domain.DomainMetadata;

/**
 * A domain that carries our tag, as libvirt sees it now.
 *
 * @param tag whose it is and what it was made as
 * @param reason libvirt's number for why it is in its state (virDomain…Reason)
 * @param cpuNanos of QEMU's process since it began
 * @param residentKib of QEMU's process in memory; 0 when not known
 */
public record LibvirtMachine(
        DomainMetadata tag, String domain, DomainState state, int reason, long cpuNanos, long residentKib) {}
