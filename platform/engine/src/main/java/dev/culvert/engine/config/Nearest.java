package dev.culvert.engine.config;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds what somebody probably meant. */
final class Nearest {

    private Nearest() {}

    /** The word with the fewest changes, if they are few enough to be a slip. */
    static @Nullable String to(String written, Collection<String> words) {
        String nearest = null;
        int fewest = Math.max(2, written.length() / 3) + 1;
        for (String word : words) {
            int changes = changes(written, word);
            if (changes < fewest && changes < word.length()) {
                fewest = changes;
                nearest = word;
            }
        }
        return nearest;
    }

    /** Insertions, deletions, replacements and swaps of neighbours. */
    static int changes(String from, String to) {
        int[][] cost = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : cheapest(cost, from, to, i, j);
            }
        }
        return cost[from.length()][to.length()];
    }

    private static int cheapest(int[][] cost, String from, String to, int i, int j) {
        int same = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        int best = Math.min(cost[i - 1][j - 1] + same, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        boolean swapped =
                i > 1 && j > 1 && from.charAt(i - 1) == to.charAt(j - 2) && from.charAt(i - 2) == to.charAt(j - 1);
        return swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
    }
}
