package dev.culvert.engine.control;

import dev.culvert.engine.config.InvalidConfiguration;
import dev.culvert.engine.config.Problem;
import dev.culvert.spi.CulvertException;
import java.util.List;

/**
 * Why a command was not done, as it goes over the wire.
 *
 * @param code of the first problem
 * @param problems one sentence for each, with its code and remedy
 */
public record Refusal(String code, List<String> problems) {

    /**
     * Of what a command has thrown.
     *
     * @param failure a failure that a person can act on, or a fault
     */
    public static Refusal of(RuntimeException failure) {
        if (failure instanceof InvalidConfiguration invalid) {
            return new Refusal(
                    invalid.problems().get(0).code().code(),
                    invalid.problems().stream().map(Problem::toString).toList());
        }
        return failure instanceof CulvertException known
                ? new Refusal(known.code().code(), List.of(String.valueOf(known.getMessage())))
                : new Refusal("", List.of("unexpected: " + failure));
    }
}
