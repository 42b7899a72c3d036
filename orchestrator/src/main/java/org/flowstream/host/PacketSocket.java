package org.flowstream.host;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Copies of the frames that pass a network interface, both directions: a packet socket (packet(7)) whose ring the kernel
 * fills (PACKET_MMAP, TPACKET_V3). When the ring is full the kernel loses copies and counts them; the frames themselves
 * never wait. Used by one thread.
 */
final class PacketSocket implements AutoCloseable {
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int ETH_P_ALL = 3;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_RX_RING = 5;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_VERSION = 10;
    private static final int TPACKET_V3 = 2;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final int POLLIN = 1;
    private static final int EINTR = 4;
    private static final int SOCKADDR_LL = 20;
    private static final int SOCK_FILTER = 8;
    private static final int SOCK_FPROG = 16;

    private static final int BLOCK = 1 << 18;
    private static final int BLOCKS = 16;
    private static final int FRAME = 2048;
    /** A block that is not full is handed over after so many milliseconds. */
    private static final int RETIRE_MILLIS = 50;

    // struct tpacket_block_desc
    private static final int STATUS = 8;
    private static final int PACKETS = 12;
    private static final int FIRST = 16;
    private static final int TO_USER = 1;
    // struct tpacket3_hdr, and struct sockaddr_ll behind it
    private static final int NEXT = 0;
    private static final int SECONDS = 4;
    private static final int NANOSECONDS = 8;
    private static final int KEPT = 12;
    private static final int LENGTH = 16;
    private static final int FRAME_STATUS = 20;
    private static final int MAC = 24;
    private static final int VLAN_TCI = 32;
    private static final int VLAN_TPID = 36;
    private static final int PACKET_TYPE = 48 + 10;
    private static final int OUTGOING = 4;
    private static final int VLAN_VALID = 1 << 4;
    private static final int ADDRESSES = 12;

    private final Libc libc;
    private final int descriptor;
    private final Pointer ring;
    private final ByteBuffer bytes;
    private int block;

    /** The C library's functions; the manual pages are theirs. */
    interface Libc extends Library {
        int socket(int domain, int type, int protocol) throws LastErrorException;

        int setsockopt(int socket, int level, int name, Pointer value, int length) throws LastErrorException;

        int getsockopt(int socket, int level, int name, Pointer value, IntByReference length) throws LastErrorException;

        int bind(int socket, Pointer address, int length) throws LastErrorException;

        int if_nametoindex(String name) throws LastErrorException;

        Pointer mmap(Pointer at, long length, int protection, int flags, int descriptor, long offset)
                throws LastErrorException;

        int munmap(Pointer at, long length) throws LastErrorException;

        int poll(Pointer descriptors, long count, int timeout) throws LastErrorException;

        int close(int descriptor) throws LastErrorException;
    }

    private PacketSocket(Libc libc, int descriptor, Pointer ring) {
        this.libc = libc;
        this.descriptor = descriptor;
        this.ring = ring;
        this.bytes = ring.getByteBuffer(0, (long) BLOCK * BLOCKS).order(ByteOrder.nativeOrder());
    }

    /**
     * Of an interface of this network namespace. It stays when the interface goes down and up again.
     *
     * @param filter which frames are copied
     */
    static PacketSocket open(String name, FrameFilter filter) throws IOException {
        Libc libc = Native.load("c", Libc.class);
        int descriptor = -1;
        try {
            int index = libc.if_nametoindex(name);
            // Bound to the interface before it takes any frame: with protocol 0 it takes none.
            descriptor = libc.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
            libc.setsockopt(descriptor, SOL_PACKET, PACKET_VERSION, ints(TPACKET_V3), 4);
            Memory request = ints(BLOCK, BLOCKS, FRAME, BLOCK / FRAME * BLOCKS, RETIRE_MILLIS, 0, 0);
            libc.setsockopt(descriptor, SOL_PACKET, PACKET_RX_RING, request, (int) request.size());
            Pointer ring = libc.mmap(Pointer.NULL, (long) BLOCK * BLOCKS, PROT_READ_WRITE, MAP_SHARED, descriptor, 0);
            PacketSocket socket = new PacketSocket(libc, descriptor, ring);
            attach(libc, descriptor, filter);
            libc.bind(descriptor, address(index), SOCKADDR_LL);
            return socket;
        } catch (LastErrorException e) {
            if (descriptor >= 0) {
                libc.close(descriptor);
            }
            throw new IOException("cannot capture at " + name + ": " + e.getMessage(), e);
        }
    }

    /** Has the kernel put before a socket only what a filter takes. */
    static void attach(Libc libc, int descriptor, FrameFilter filter) {
        byte[] bytes = filter.toBytes();
        try (Memory program = new Memory(bytes.length);
                Memory described = new Memory(SOCK_FPROG)) {
            program.write(0, bytes, 0, bytes.length);
            described.clear();
            described.setShort(0, (short) (bytes.length / SOCK_FILTER));
            described.setPointer(8, program);
            libc.setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, described, SOCK_FPROG);
        }
    }

    private static Memory ints(int... values) {
        Memory memory = new Memory(4L * values.length);
        memory.write(0, values, 0, values.length);
        return memory;
    }

    /** A sockaddr_ll: family, protocol in network order, the interface. */
    private static Memory address(int index) {
        Memory memory = new Memory(SOCKADDR_LL);
        memory.clear();
        memory.setShort(0, (short) AF_PACKET);
        memory.setByte(3, (byte) ETH_P_ALL);
        memory.setInt(4, index);
        return memory;
    }

    /**
     * Hands over what has come, and waits for the first of it.
     *
     * @param patience how long to wait
     * @param snaplen bytes that are kept of each frame
     */
    void receive(Duration patience, int snaplen, Consumer<CapturedFrame> each) throws IOException {
        if (bytes.getInt(at(STATUS)) == 0) {
            await(patience);
        }
        while ((bytes.getInt(at(STATUS)) & TO_USER) != 0) {
            int count = bytes.getInt(at(PACKETS));
            int header = at(bytes.getInt(at(FIRST)));
            for (int i = 0; i < count; i++) {
                each.accept(frame(header, snaplen));
                header += bytes.getInt(header + NEXT);
            }
            bytes.putInt(at(STATUS), 0);
            block = (block + 1) % BLOCKS;
        }
    }

    private int at(int offset) {
        return block * BLOCK + offset;
    }

    private void await(Duration patience) throws IOException {
        Memory descriptors = new Memory(8);
        descriptors.setInt(0, descriptor);
        descriptors.setShort(4, (short) POLLIN);
        descriptors.setShort(6, (short) 0);
        try {
            libc.poll(descriptors, 1, (int) patience.toMillis());
        } catch (LastErrorException e) {
            if (e.getErrorCode() != EINTR) {
                throw new IOException("the capture broke off: " + e.getMessage(), e);
            }
        }
    }

    /** A VLAN tag that the kernel took out of the frame is put back. */
    private CapturedFrame frame(int header, int snaplen) {
        int kept = bytes.getInt(header + KEPT);
        int length = bytes.getInt(header + LENGTH);
        byte[] frame = new byte[kept];
        bytes.get(header + (bytes.getShort(header + MAC) & 0xffff), frame);
        if ((bytes.getInt(header + FRAME_STATUS) & VLAN_VALID) != 0 && kept >= ADDRESSES) {
            int tpid = bytes.getShort(header + VLAN_TPID) & 0xffff;
            ByteBuffer tagged = ByteBuffer.allocate(kept + 4);
            tagged.put(frame, 0, ADDRESSES)
                    .putShort((short) (tpid == 0 ? 0x8100 : tpid))
                    .putShort((short) bytes.getInt(header + VLAN_TCI))
                    .put(frame, ADDRESSES, kept - ADDRESSES);
            frame = tagged.array();
            length += 4;
        }
        long time = Integer.toUnsignedLong(bytes.getInt(header + SECONDS)) * 1_000_000_000L
                + Integer.toUnsignedLong(bytes.getInt(header + NANOSECONDS));
        boolean outgoing = (bytes.get(header + PACKET_TYPE) & 0xff) == OUTGOING;
        byte[] shown = frame.length > snaplen ? java.util.Arrays.copyOf(frame, snaplen) : frame;
        return new CapturedFrame(time, outgoing, length, ByteBuffer.wrap(shown).asReadOnlyBuffer());
    }

    /** The frames of which no copy could be kept since this was last asked. */
    long lost() {
        Memory statistics = new Memory(12);
        libc.getsockopt(descriptor, SOL_PACKET, PACKET_STATISTICS, statistics, new IntByReference(12));
        return Integer.toUnsignedLong(statistics.getInt(4));
    }

    @Override
    public void close() {
        libc.munmap(ring, (long) BLOCK * BLOCKS);
        libc.close(descriptor);
    }
}
