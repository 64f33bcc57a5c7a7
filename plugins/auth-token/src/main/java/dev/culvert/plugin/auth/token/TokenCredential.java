package dev.culvert.plugin.auth.token;

import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Credential;
import java.util.List;
import java.util.Optional;

/** Proves that this client knows a token. */
final class TokenCredential implements Credential {

    private final String name;
    private final SaltedKeys keys;
    private final ChannelBindingMode binding;

    TokenCredential(String name, SaltedKeys keys, ChannelBindingMode binding) {
        this.name = name;
        this.keys = keys;
        this.binding = binding;
    }

    @Override
    public Optional<String> choose(List<String> offered, AuthenticationContext context) {
        return Optional.of(binding.mechanism(context)).filter(offered::contains);
    }

    @Override
    public Proof begin(String mechanism, AuthenticationContext context) {
        ChannelBinding bound = mechanism.equals(Scram.MECHANISM_PLUS)
                ? ChannelBinding.of(context).orElse(ChannelBinding.NONE)
                : ChannelBinding.NONE;
        return new ScramClient(name, Scram.nonce(), bound, keys);
    }
}
