package dev.culvert.plugin.transport.noise;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sections 7 and 9: who says what, in which order. The initiator, always the client here, says the first message and
 * every second one after it.
 *
 * @param name as in a protocol name: {@code NK}, {@code IKpsk2}
 * @param initiatorKnown whether the responder knows the initiator's static key beforehand
 * @param responderKnown whether the initiator knows the responder's
 * @param messages the tokens of each message
 */
record HandshakePattern(String name, boolean initiatorKnown, boolean responderKnown, List<List<Token>> messages) {

    /** What a message consists of. */
    enum Token {
        E,
        S,
        EE,
        ES,
        SE,
        SS,
        PSK
    }

    private static final Pattern NAME = Pattern.compile("(NK|XX|IK|KK)(?:(psk[0-3](?:\\+psk[0-3])*))?");

    HandshakePattern {
        messages = messages.stream().map(List::copyOf).toList();
    }

    /**
     * Finds a pattern by its name.
     *
     * @throws IllegalArgumentException if there is none
     */
    static HandshakePattern parse(String name) {
        Matcher form = NAME.matcher(name);
        if (!form.matches()) {
            throw unknown(name);
        }
        List<List<Token>> messages = new ArrayList<>();
        fundamental(form.group(1)).forEach(message -> messages.add(new ArrayList<>(message)));
        if (form.group(2) != null) {
            for (String modifier : form.group(2).split("\\+")) {
                int place = modifier.charAt(modifier.length() - 1) - '0';
                if (place > messages.size()) {
                    throw unknown(name);
                }
                if (place == 0) {
                    messages.get(0).add(0, Token.PSK);
                } else {
                    messages.get(place - 1).add(Token.PSK);
                }
            }
        }
        String base = form.group(1);
        return new HandshakePattern(name, base.equals("KK"), !base.equals("XX"), messages);
    }

    /** Whether the initiator has a static key. */
    boolean initiatorHasKey() {
        return !name.startsWith("N");
    }

    int psks() {
        return (int) messages.stream()
                .flatMap(List::stream)
                .filter(token -> token == Token.PSK)
                .count();
    }

    /** Section 8. */
    String protocolName(NoiseCipher cipher) {
        return "Noise_" + name + "_25519_" + cipher.noiseName() + "_SHA256";
    }

    private static List<List<Token>> fundamental(String name) {
        return switch (name) {
            case "NK" -> List.of(List.of(Token.E, Token.ES), List.of(Token.E, Token.EE));
            case "KK" -> List.of(List.of(Token.E, Token.ES, Token.SS), List.of(Token.E, Token.EE, Token.SE));
            case "IK" -> List.of(List.of(Token.E, Token.ES, Token.S, Token.SS), List.of(Token.E, Token.EE, Token.SE));
            case "XX" ->
                List.of(List.of(Token.E), List.of(Token.E, Token.EE, Token.S, Token.ES), List.of(Token.S, Token.SE));
            default -> throw unknown(name);
        };
    }

    private static IllegalArgumentException unknown(String name) {
        return new IllegalArgumentException("pattern: \"" + name
                + "\" (expected: NK, XX, IK or KK, alone or with psk0 to psk2, with XX to psk3: NKpsk2)");
    }
}
