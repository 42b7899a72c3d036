package org.flowstream.lowering;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** For some words, by number, the range outside of which a formula cannot hold. */
final class Needs {
    static final Needs NONE = new Needs(new int[0], new long[0], new long[0]);

    private final int[] words;
    private final long[] lows;
    private final long[] highs;

    private Needs(int[] words, long[] lows, long[] highs) {
        this.words = words;
        this.lows = lows;
        this.highs = highs;
    }

    static Needs of(int word, long low, long high) {
        return new Needs(new int[] {word}, new long[] {low}, new long[] {high});
    }

    int size() {
        return words.length;
    }

    int word(int index) {
        return words[index];
    }

    long low(int index) {
        return lows[index];
    }

    long high(int index) {
        return highs[index];
    }

    /** The index of a word; -1 when it is free. */
    int find(int word) {
        for (int i = 0; i < words.length; i++) {
            if (words[i] == word) {
                return i;
            }
        }
        return -1;
    }

    /** What both need; null when no value of some word is left. */
    @Nullable
    Needs and(Needs other) {
        int[] bothWords = Arrays.copyOf(words, words.length + other.words.length);
        long[] bothLows = Arrays.copyOf(lows, bothWords.length);
        long[] bothHighs = Arrays.copyOf(highs, bothWords.length);
        int count = words.length;
        for (int i = 0; i < other.words.length; i++) {
            int mine = find(other.words[i]);
            int at = mine < 0 ? count++ : mine;
            bothWords[at] = other.words[i];
            bothLows[at] = mine < 0 ? other.lows[i] : Math.max(lows[mine], other.lows[i]);
            bothHighs[at] = mine < 0 ? other.highs[i] : Math.min(highs[mine], other.highs[i]);
            if (bothLows[at] > bothHighs[at]) {
                return null;
            }
        }
        return shortened(bothWords, bothLows, bothHighs, count);
    }

    /** What is needed where one of the two will do. */
    Needs or(Needs other) {
        int[] sharedWords = new int[words.length];
        long[] sharedLows = new long[words.length];
        long[] sharedHighs = new long[words.length];
        int count = 0;
        for (int i = 0; i < words.length; i++) {
            int theirs = other.find(words[i]);
            if (theirs >= 0) {
                sharedWords[count] = words[i];
                sharedLows[count] = Math.min(lows[i], other.lows[theirs]);
                sharedHighs[count] = Math.max(highs[i], other.highs[theirs]);
                count++;
            }
        }
        return shortened(sharedWords, sharedLows, sharedHighs, count);
    }

    private static Needs shortened(int[] words, long[] lows, long[] highs, int count) {
        return count == 0
                ? NONE
                : new Needs(Arrays.copyOf(words, count), Arrays.copyOf(lows, count), Arrays.copyOf(highs, count));
    }
}
