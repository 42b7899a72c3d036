package org.flowstream.host;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.util.regex.Pattern;
import org.flowstream.model.PortName;
import org.jspecify.annotations.Nullable;

/**
 * Makes a persistent tap by the kernel's own calls (Documentation/networking/tuntap.rst): some tens of microseconds, where a
 * program for it took milliseconds. Taps that are made in one go come to a switch that watches the host's interfaces as one
 * change.
 */
final class TapDevice {
    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;
    private static final long TUNSETIFF = 0x400454ca;
    private static final long TUNSETPERSIST = 0x400454cb;
    private static final long TUNSETOWNER = 0x400454cc;

    private static final short IFF_TAP = 0x0002;
    private static final short IFF_NO_PI = 0x1000;
    /** With the header for offloads, which QEMU's network cards ask for. */
    private static final short IFF_VNET_HDR = 0x4000;
    /** Never one that is there already. */
    private static final short IFF_TUN_EXCL = (short) 0x8000;

    // struct ifreq
    private static final int REQUEST = 40;
    private static final int FLAGS = 16;
    /** Of the user's number in struct passwd, behind two pointers. */
    private static final int UID = 2 * Native.POINTER_SIZE;

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    /** The calls of the C library; JNA needs to see it. */
    interface Libc extends Library {
        int open(String path, int flags) throws LastErrorException;

        int ioctl(int descriptor, NativeLong request, Pointer argument) throws LastErrorException;

        int ioctl(int descriptor, NativeLong request, NativeLong argument) throws LastErrorException;

        int close(int descriptor) throws LastErrorException;

        @Nullable
        Pointer getpwnam(String name);
    }

    private TapDevice() {}

    /**
     * Makes it, down and without a carrier. It stays from when it has its tag on: one who dies in between leaves no tap that
     * nobody knows.
     *
     * @param tag is called with the tap there, to tag it
     * @param user who may open it, by name or number
     * @throws HostException if the name is taken, or there is no such user
     */
    static void create(PortName name, String user, Runnable tag) {
        Libc libc = Native.load("c", Libc.class);
        int owner = number(libc, user);
        try {
            int descriptor = libc.open("/dev/net/tun", O_RDWR | O_CLOEXEC);
            try (Memory request = new Memory(REQUEST)) {
                request.clear();
                request.setString(0, name.text(), "US-ASCII");
                request.setShort(FLAGS, (short) (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_TUN_EXCL));
                libc.ioctl(descriptor, new NativeLong(TUNSETIFF), request);
                libc.ioctl(descriptor, new NativeLong(TUNSETOWNER), new NativeLong(owner));
                tag.run();
                libc.ioctl(descriptor, new NativeLong(TUNSETPERSIST), new NativeLong(1));
            } finally {
                libc.close(descriptor);
            }
        } catch (LastErrorException e) {
            throw new HostException("cannot make tap " + name + ": " + e.getMessage(), e);
        }
    }

    private static int number(Libc libc, String user) {
        if (NUMBER.matcher(user).matches()) {
            return Integer.parseInt(user);
        }
        // The C library answers from memory that its next answer overwrites.
        synchronized (TapDevice.class) {
            Pointer entry = libc.getpwnam(user);
            if (entry == null) {
                throw new HostException("there is no user '" + user + "' to give a tap to");
            }
            return entry.getInt(UID);
        }
    }
}
