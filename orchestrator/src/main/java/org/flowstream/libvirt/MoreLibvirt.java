package org.flowstream.libvirt;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;

/** The functions of libvirt.so.0 that libvirt-java 0.5.4 does not bind; libvirt's documentation is theirs. */
interface MoreLibvirt extends Library {
    int virDomainGetState(DomainPointer domain, IntByReference state, IntByReference reason, int flags);

    int virConnectGetAllDomainStats(ConnectionPointer connection, int stats, PointerByReference records, int flags);

    /** Of some domains; JNA puts the null behind the last. */
    int virDomainListGetStats(Pointer[] domains, int stats, PointerByReference records, int flags);

    void virDomainStatsRecordListFree(Pointer records);

    /** Of this thread; null when its last call succeeded. */
    @Nullable
    Pointer virGetLastError();
}
