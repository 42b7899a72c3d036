package org.flowstream.lowering;

import java.util.Arrays;

/** Numbers in order, as a key of a map. */
final class Numbers {
    private final int[] numbers;
    private final int hash;

    Numbers(int[] numbers) {
        this.numbers = numbers;
        this.hash = Arrays.hashCode(numbers);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Numbers that && hash == that.hash && Arrays.equals(numbers, that.numbers);
    }
}
