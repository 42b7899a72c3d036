package org.flowstream.host;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A program of the kernel's packet filter in the making: the instructions of classic BPF (Linux's
 * Documentation/networking/filter.rst). It loads into one register, compares, and jumps forwards only; a load beyond the
 * frame's end ends it with "no".
 *
 * <p>A place in the frame is a fixed offset, or one behind the place that a word of the program's memory holds. Each word
 * must have been stored before it is loaded, whatever way led there: the kernel refuses the program otherwise.
 */
final class FilterProgram {
    private static final int BYTES = 8;
    // size of a load
    static final int WORD = 0x00;
    static final int HALF = 0x08;
    static final int BYTE = 0x10;

    private static final int LOAD_CONSTANT = 0x00;
    private static final int STORE = 0x02;
    private static final int LOAD_AT = 0x20;
    private static final int LOAD_BEHIND = 0x40;
    private static final int LOAD_MEMORY = 0x60;
    private static final int INDEX_MEMORY = 0x61;
    private static final int ADD = 0x04;
    private static final int ADD_INDEX = 0x0c;
    private static final int OR = 0x44;
    private static final int AND = 0x54;
    private static final int SHIFT_LEFT = 0x64;
    private static final int SHIFT_RIGHT = 0x74;
    private static final int JUMP = 0x05;
    private static final int IF_EQUAL = 0x15;
    private static final int IF_AT_LEAST = 0x35;
    private static final int IF_ANY_BIT = 0x45;
    private static final int RETURN = 0x06;

    private final List<int[]> instructions = new ArrayList<>();

    /** A place further on that is not known yet. */
    static final class Label {
        private final List<Integer> jumps = new ArrayList<>();
    }

    private void add(int code, int k) {
        instructions.add(new int[] {code, 0, 0, k});
    }

    void loadConstant(int value) {
        add(LOAD_CONSTANT, value);
    }

    void load(int size, int offset) {
        add(LOAD_AT | size, offset);
    }

    /** From {@code offset} bytes behind the place that a word of the memory holds. */
    void loadBehind(int size, int word, int offset) {
        add(INDEX_MEMORY, word);
        add(LOAD_BEHIND | size, offset);
    }

    void loadMemory(int word) {
        add(LOAD_MEMORY, word);
    }

    void store(int word) {
        add(STORE, word);
    }

    void store(int word, int value) {
        loadConstant(value);
        store(word);
    }

    void plus(int value) {
        add(ADD, value);
    }

    void plusMemory(int word) {
        add(INDEX_MEMORY, word);
        add(ADD_INDEX, 0);
    }

    void or(int bits) {
        add(OR, bits);
    }

    void and(int bits) {
        add(AND, bits);
    }

    void shiftLeft(int bits) {
        add(SHIFT_LEFT, bits);
    }

    void shiftRight(int bits) {
        if (bits != 0) {
            add(SHIFT_RIGHT, bits);
        }
    }

    void jump(Label to) {
        to.jumps.add(instructions.size());
        add(JUMP, 0);
    }

    void jumpIfEqual(int value, Label to) {
        jumpIf(IF_EQUAL, value, true, to);
    }

    void jumpUnlessEqual(int value, Label to) {
        jumpIf(IF_EQUAL, value, false, to);
    }

    /** Without a sign. */
    void jumpIfAtLeast(int value, Label to) {
        jumpIf(IF_AT_LEAST, value, true, to);
    }

    void jumpIfAnyBit(int bits, Label to) {
        jumpIf(IF_ANY_BIT, bits, true, to);
    }

    /** A conditional jump goes 255 instructions at most: it skips one that goes any way. */
    private void jumpIf(int code, int k, boolean holds, Label to) {
        instructions.add(new int[] {code, holds ? 0 : 1, holds ? 1 : 0, k});
        jump(to);
    }

    /** The label is here. */
    void here(Label label) {
        label.jumps.forEach(from -> instructions.get(from)[3] = instructions.size() - from - 1);
    }

    /** Ends with so many bytes of the frame kept; 0 for none of it. */
    void end(int kept) {
        add(RETURN, kept);
    }

    /** An array of struct sock_filter. */
    byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES * instructions.size()).order(ByteOrder.nativeOrder());
        for (int[] each : instructions) {
            bytes.putShort((short) each[0])
                    .put((byte) each[1])
                    .put((byte) each[2])
                    .putInt(each[3]);
        }
        return bytes.array();
    }
}
