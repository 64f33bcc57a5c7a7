package dev.culvert.plugin.transport.noise;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Principal;
import dev.culvert.spi.Role;
import dev.culvert.spi.Secret;
import dev.culvert.spi.transport.IssuedKey;
import dev.culvert.spi.transport.KeyIssuer;
import dev.culvert.spi.transport.Transport;
import dev.culvert.spi.transport.TransportFactory;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * The Noise Protocol Framework: keys instead of certificates. {@code transport = "noise"} in a server's
 * {@code [[listen]]}, {@code transport = {type = "noise", pin = "…"}} in a client's file.
 *
 * @param pattern {@code NK}, {@code XX}, {@code IK} or {@code KK}, with {@code psk0} to {@code psk3} behind it for one
 *     that also proves a shared secret; default {@code NK}
 * @param cipher {@code AESGCM} or {@code ChaChaPoly}; default {@code AESGCM}
 * @param psk the shared secret of a psk pattern, base64 of 32 bytes
 * @param privateKey this end's private key, base64 of 32 bytes; default: one that is made at the first start and kept in
 *     the data directory. None for a client with NK
 * @param pin the server's public key, at a client; required there
 * @param peer the clients that a server knows by their keys, with XX, IK and KK
 * @param rekey {@code off} for a peer that renews no keys; default {@code on}
 */
@Extension
@JsonTypeName("noise")
public record NoiseTransportFactory(
        @Nullable @Pattern(regexp = PATTERN, message = "expected: NK, XX, IK or KK, alone or as in NKpsk2")
        String pattern,

        @Nullable NoiseCipher cipher,
        @Nullable Secret psk,
        @Nullable Secret privateKey,

        @Nullable @Pattern(regexp = Keys.FORM, message = Keys.EXPECTED)
        String pin,

        @Nullable List<@Valid NoisePeer> peer,
        @Nullable Rekey rekey)
        implements TransportFactory, KeyIssuer {

    static final String PATTERN = "(NK|IK|KK)(psk[0-2])?|XX(psk[0-3])?";

    // A stranger's first message is tried with the key of each.
    private static final int MOST_KK_PEERS = 16;

    @Override
    public Transport build(PluginContext context) {
        boolean server = context.role() == Role.SERVER;
        HandshakePattern chosen = HandshakePattern.parse(requireNonNullElse(pattern, "NK"));
        refuse(
                (psk != null) != (chosen.psks() > 0),
                "psk belongs to a pattern with psk: pattern = \"" + chosen.name() + "\""
                        + (psk == null ? " needs one" : " has none, NKpsk2 would"));
        checkSide(server, chosen);
        boolean hasKey = server || chosen.initiatorHasKey();
        NoiseCipher suite = requireNonNullElse(cipher, NoiseCipher.AESGCM);
        WarmUp.begin(suite, context.blocking());
        return new NoiseTransport(
                new NoiseSettings(
                        chosen,
                        suite,
                        hasKey ? Keys.ownStatic(privateKey, context) : null,
                        pin == null ? null : Keys.bytes(pin),
                        psk == null ? null : Keys.bytes("psk", psk),
                        principals(),
                        requireNonNullElse(rekey, Rekey.ON).rekeying),
                context.role());
    }

    @Override
    public IssuedKey issueKey(@Nullable Path keptIn) {
        return KeySections.issue(keptIn);
    }

    private void checkSide(boolean server, HandshakePattern chosen) {
        int peers = requireNonNullElse(peer, List.of()).size();
        if (server) {
            refuse(pin != null, "pin is a client's key; a server has private_key");
            refuse(
                    peers > 0 && !chosen.initiatorHasKey(),
                    "peer: a client has no key with pattern = \"" + chosen.name() + "\", IK would give it one");
            refuse(chosen.initiatorKnown() && peers == 0, "pattern = \"" + chosen.name() + "\" needs a peer");
            refuse(
                    chosen.initiatorKnown() && peers > MOST_KK_PEERS,
                    "pattern = \"" + chosen.name() + "\": " + peers + " peers (expected: at most " + MOST_KK_PEERS
                            + "), IK takes any number");
        } else {
            refuse(peers > 0, "peer is a server's key; a client has pin");
            refuse(
                    privateKey != null && !chosen.initiatorHasKey(),
                    "private_key: a client has none with pattern = \"" + chosen.name() + "\"");
            if (pin == null) {
                throw new CulvertException(
                        ConfigError.INVALID_VALUE,
                        "transport \"noise\": pin is missing (expected: the server's public key, which it prints).");
            }
        }
    }

    private Map<String, Principal> principals() {
        Map<String, Principal> known = new LinkedHashMap<>();
        for (NoisePeer each : requireNonNullElse(peer, List.<NoisePeer>of())) {
            refuse(
                    known.putIfAbsent(each.publicKey(), each.identity()) != null,
                    "peer: public_key = \"" + each.publicKey() + "\" is there twice");
        }
        return known;
    }

    private static void refuse(boolean wrong, String why) {
        if (wrong) {
            throw new CulvertException(ConfigError.CONFLICTING_KEYS, "transport \"noise\": " + why + ".");
        }
    }
}
