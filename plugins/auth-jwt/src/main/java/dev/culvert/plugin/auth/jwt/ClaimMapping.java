package dev.culvert.plugin.auth.jwt;

import com.fasterxml.jackson.databind.JsonNode;
import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.PortRange;
import dev.culvert.spi.Principal;
import dev.culvert.spi.Rights;
import dev.culvert.spi.SourceNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes a principal of claims. A claim is named as it is, or by a JSON pointer ({@code /realm_access/roles}).
 *
 * @param prefix stands before principal and account, so that two issuers' names cannot meet
 * @param principal the claim that says who it is
 * @param account the claim that says whose quotas count; null: the principal
 * @param clientId the claim that says which machine it is; null: what the client calls itself
 * @param rights the claims that limit it
 */
record ClaimMapping(
        String prefix,
        String principal,
        @Nullable String account,
        @Nullable String clientId,
        RightsClaims rights) {

    // It stands in logs and in labels of metrics.
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@:/+|=-]{0,127}");

    private static final int MOST_VALUES = 256;

    private static final String PATTERN = "at most one *, at its beginning or end";

    private static final String NUMBER = "a whole number, at least 1";

    /**
     * Who the holder of a token is.
     *
     * @throws CulvertException if the token does not say
     */
    Principal map(JsonNode claims) {
        String name = prefix + name(claims, principal);
        String owner = account == null ? name : prefix + name(claims, account);
        return new Principal(name, owner, clientId == null ? name : name(claims, clientId), rights(claims));
    }

    private Rights rights(JsonNode claims) {
        return new Rights(
                Set.copyOf(values(claims, rights.types())),
                each(claims, rights.ports(), "7000 or \"7000-7999\"", PortRange::parse),
                each(claims, rights.names(), PATTERN, ClaimMapping::pattern),
                each(claims, rights.hosts(), PATTERN, ClaimMapping::pattern),
                one(claims, rights.sessions(), NUMBER, ClaimMapping::number),
                one(claims, rights.tunnels(), NUMBER, ClaimMapping::number),
                one(claims, rights.streams(), NUMBER, ClaimMapping::number),
                one(claims, rights.bandwidth(), "at least \"1KiB\"", ClaimMapping::bandwidth),
                each(claims, rights.sources(), "\"10.0.0.0/8\" or an address", SourceNetwork::parse));
    }

    private static String pattern(String text) {
        Rights.ALL.withHosts(List.of(text));
        return text;
    }

    private static Integer number(String text) {
        Integer number = Integer.valueOf(text);
        Rights.ALL.withTunnels(number);
        return number;
    }

    private static DataSize bandwidth(String text) {
        DataSize size = DataSize.parse(text);
        Rights.ALL.withBandwidth(size);
        return size;
    }

    private static <T> @Nullable T one(
            JsonNode claims, @Nullable String claim, String expected, Function<String, T> parser) {
        List<T> values = each(claims, claim, expected, parser);
        if (values.size() > 1) {
            throw inapplicable("its claim " + claim + " has " + values.size() + " values (expected: one)");
        }
        return values.isEmpty() ? null : values.get(0);
    }

    /** The values of a claim, each read as what it limits. What a parser says of a value is not for a log. */
    private static <T> List<T> each(
            JsonNode claims, @Nullable String claim, String expected, Function<String, T> parser) {
        List<T> read = new ArrayList<>();
        for (String text : values(claims, claim)) {
            try {
                read.add(parser.apply(text));
            } catch (IllegalArgumentException e) {
                throw inapplicable(
                        "its claim " + claim + " has " + Refusals.shown(text) + " (expected: " + expected + ")");
            }
        }
        return read;
    }

    private static String name(JsonNode claims, String claim) {
        JsonNode value = at(claims, claim);
        if (!value.isTextual() || !NAME.matcher(value.textValue()).matches()) {
            throw inapplicable("its claim " + claim + " is no name (expected: letters, digits and . _ @ : / + | = -, at"
                    + " most 128, a letter or digit first)");
        }
        return value.textValue();
    }

    /** The values of a claim; none if no claim is named. An empty right would permit everything, so there is none. */
    private static List<String> values(JsonNode claims, @Nullable String claim) {
        if (claim == null) {
            return List.of();
        }
        JsonNode value = at(claims, claim);
        List<String> values = new ArrayList<>();
        if (value.isTextual()) {
            values.addAll(List.of(value.textValue().strip().split("\\s+")));
            values.remove("");
        } else if (value.isIntegralNumber()) {
            values.add(value.asText());
        } else if (value.isArray()) {
            for (JsonNode element : value) {
                if (!element.isTextual() && !element.isIntegralNumber()
                        || element.asText().isEmpty()) {
                    throw inapplicable("its claim " + claim + " has something that is neither text nor a number");
                }
                values.add(element.asText());
            }
        }
        if (values.isEmpty() || values.size() > MOST_VALUES) {
            throw inapplicable("its claim " + claim + " gives no rights (expected: 1 to " + MOST_VALUES + " values)");
        }
        return values.stream().distinct().toList();
    }

    private static JsonNode at(JsonNode claims, String claim) {
        return claim.startsWith("/") ? claims.at(claim) : claims.path(claim);
    }

    private static CulvertException inapplicable(String what) {
        return Refusals.refused(AuthError.TOKEN_NOT_APPLICABLE, "the client's token: " + what + ".");
    }
}
