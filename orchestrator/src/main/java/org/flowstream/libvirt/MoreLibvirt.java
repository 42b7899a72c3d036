package org.flowstream.libvirt;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.StreamPointer;

/** The functions of libvirt.so.0 that libvirt-java 0.5.4 does not bind; libvirt's documentation is theirs. */
interface MoreLibvirt extends Library {
    int virDomainGetState(DomainPointer domain, IntByReference state, IntByReference reason, int flags);

    int virConnectGetAllDomainStats(ConnectionPointer connection, int stats, PointerByReference records, int flags);

    /** Of some domains; JNA puts the null behind the last. */
    int virDomainListGetStats(Pointer[] domains, int stats, PointerByReference records, int flags);

    void virDomainStatsRecordListFree(Pointer records);

    /** The connection that it was got by, without a reference to it. */
    ConnectionPointer virDomainGetConnect(DomainPointer domain);

    /** By {@code device}, or the first one where it is null. */
    int virDomainOpenConsole(DomainPointer domain, @Nullable String device, StreamPointer stream, int flags);

    /** All that fit the flags, as an array that is freed by {@link com.sun.jna.Native#free}. */
    int virConnectListAllDomains(ConnectionPointer connection, PointerByReference domains, int flags);

    /** Of this thread; null when its last call succeeded. */
    @Nullable
    Pointer virGetLastError();
}
