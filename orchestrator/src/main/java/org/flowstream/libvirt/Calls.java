package org.flowstream.libvirt;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.PointerType;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.CString;

/** How results of libvirt's functions become values or faults. */
final class Calls {
    static final MoreLibvirt MORE = Native.load("virt", MoreLibvirt.class);

    // Where the first fields of struct _virError are on 64-bit machines: int code, int domain, char *message.
    private static final int CODE = 0;
    private static final int ORIGIN = 4;
    private static final int MESSAGE = 8;

    private Calls() {}

    /** A count or a success; below zero is a fault. */
    static int number(int result) {
        if (result < 0) {
            throw fault();
        }
        return result;
    }

    /** An object; null is a fault, also when libvirt has no error to show for it. */
    static <T extends PointerType> T object(@Nullable T result) {
        if (result == null || result.getPointer() == null) {
            throw fault();
        }
        return result;
    }

    /** A string that libvirt allocated for us, freed here. */
    static String text(@Nullable CString result) {
        CString there = object(result);
        // CString frees the native string when it is read.
        return there.toString();
    }

    /** The fault of this thread's last call. */
    static LibvirtFault fault() {
        Pointer error = MORE.virGetLastError();
        if (error == null) {
            return new LibvirtFault(0, 0, "libvirt failed without saying why");
        }
        Pointer message = error.getPointer(MESSAGE);
        return new LibvirtFault(
                error.getInt(CODE),
                error.getInt(ORIGIN),
                message == null ? "libvirt error " + error.getInt(CODE) : message.getString(0));
    }
}
