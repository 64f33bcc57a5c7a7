package dev.culvert.plugin.protocol.http;

import java.security.SecureRandom;

/** Names that people can read out: {@code calm-otter-7f3k}. */
final class Readable {

    private static final String[] QUALITIES = {
        "amber", "bold", "brave", "brisk", "calm", "clear", "cosy", "crisp", "deft", "eager", "early", "fair", "fine",
        "fond", "fresh", "gentle", "glad", "golden", "grand", "green", "happy", "hardy", "keen", "kind", "lively",
        "lucky", "mellow", "merry", "mild", "misty", "neat", "noble", "plain", "proud", "quick", "quiet", "rapid",
        "ready", "rosy", "silent", "silver", "sleek", "smart", "smooth", "snug", "solid", "spry", "steady", "still",
        "sunny", "swift", "tidy", "vivid", "warm", "wise", "witty", "young", "zesty"
    };
    private static final String[] CREATURES = {
        "badger", "bear", "beaver", "bison", "crane", "crow", "deer", "dolphin", "dove", "eagle", "egret", "elk",
        "falcon", "ferret", "finch", "fox", "gecko", "goose", "hare", "hawk", "heron", "horse", "ibex", "jay", "kite",
        "koala", "lark", "lemur", "lion", "llama", "lynx", "magpie", "marten", "mole", "moose", "mouse", "newt",
        "otter", "owl", "panda", "pike", "plover", "puffin", "quail", "raven", "robin", "seal", "sparrow", "stork",
        "swan", "swift", "tern", "thrush", "toad", "trout", "turtle", "vole", "whale", "wolf", "wren", "yak", "zebra"
    };

    /** Without those that look like others. */
    private static final String LETTERS = "23456789abcdefghjkmnpqrstuvwxyz";

    private static final int MORE = 6;

    private static final SecureRandom RANDOM = new SecureRandom();

    private Readable() {}

    /** A label that nobody guesses and hardly anybody gets twice. */
    static String next() {
        StringBuilder label = new StringBuilder(32);
        label.append(QUALITIES[RANDOM.nextInt(QUALITIES.length)]).append('-');
        label.append(CREATURES[RANDOM.nextInt(CREATURES.length)]).append('-');
        for (int i = 0; i < MORE; i++) {
            label.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
        }
        return label.toString();
    }
}
