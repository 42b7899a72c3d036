package org.flowstream.problem;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** The known word that a misspelt one is nearest to, by edit distance (insert, remove, replace, swap neighbours). */
public final class Suggestion {
    private Suggestion() {}

    /** The nearest of {@code known}, when it is near enough to be meant; case counts little. */
    public static Optional<String> nearest(String word, Collection<String> known) {
        int limit = Math.max(1, word.length() / 3);
        String best = null;
        int bestDistance = 2 * limit + 1;
        for (String candidate : known.stream().sorted().toList()) {
            int distance = 2 * distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT))
                    + (distance(word, candidate) > 0 ? 0 : -1);
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    /** {@code did you mean 'X'?}, or nothing. */
    public static String hint(String word, Collection<String> known) {
        return nearest(word, known).map(it -> "did you mean '" + it + "'?").orElse("");
    }

    /** Optimal string alignment distance. */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            d[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            d[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int replace = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + replace);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
