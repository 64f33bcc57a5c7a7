package dev.culvert.engine.config;

import static java.util.Objects.requireNonNullElse;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.protocol.Balance;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a tunnel's client shares its visitors with other clients behind the same endpoint. The platform's own keys, which travel
 * among the parameters of any protocol.
 *
 * @param balance how visitors are shared
 * @param weight how many of them this client takes compared to the others
 */
public record TunnelSharing(Balance balance, int weight) {

    /** What counts if nothing is said. */
    public static final TunnelSharing DEFAULT = new TunnelSharing(Balance.LEAST_STREAMS, 1);

    private static final String BALANCE = "balance";
    private static final String WEIGHT = "weight";
    private static final int MOST_WEIGHT = 1_000;

    /** Refuses a weight that nothing can be shared by. */
    public TunnelSharing {
        if (weight < 1 || weight > MOST_WEIGHT) {
            throw new IllegalArgumentException(WEIGHT + ": " + weight + " (expected: 1 to " + MOST_WEIGHT + ")");
        }
    }

    static TunnelSharing of(@Nullable Balance balance, @Nullable Integer weight) {
        return new TunnelSharing(
                requireNonNullElse(balance, DEFAULT.balance), requireNonNullElse(weight, DEFAULT.weight));
    }

    /** Adds what is not the default to a tunnel's parameters. */
    public void writeTo(Map<String, Object> parameters) {
        if (balance != DEFAULT.balance) {
            parameters.put(BALANCE, shown(balance));
        }
        if (weight != DEFAULT.weight) {
            parameters.put(WEIGHT, weight);
        }
    }

    /**
     * Reads what {@link #writeTo} wrote. A way to balance that this build does not know is taken for the default: what a
     * newer client asks for must not keep it out.
     *
     * @param parameters as the other end sent them
     * @throws CulvertException ({@link TunnelError#INVALID_PARAMETERS}) if the weight is none
     */
    public static TunnelSharing of(Map<String, Object> parameters) {
        Object weight = parameters.get(WEIGHT);
        try {
            if (weight != null && !(weight instanceof Integer)) {
                throw new IllegalArgumentException(WEIGHT + ": " + weight + " (expected: a whole number)");
            }
            return of(named(parameters.get(BALANCE)), (Integer) weight);
        } catch (IllegalArgumentException e) {
            throw new CulvertException(TunnelError.INVALID_PARAMETERS, "tunnel parameters: " + e.getMessage() + ".", e);
        }
    }

    private static @Nullable Balance named(@Nullable Object name) {
        for (Balance known : Balance.values()) {
            if (shown(known).equals(name)) {
                return known;
            }
        }
        return null;
    }

    private static String shown(Balance balance) {
        return balance.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
