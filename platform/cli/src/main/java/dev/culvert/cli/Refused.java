package dev.culvert.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;

/** Why a running process did not do what it was told. */
final class Refused {

    private Refused() {}

    /** Prints the reasons; returns the exit code that the first of them means. */
    static int print(AdministrationCall.Answer answer, PrintWriter err) {
        JsonNode refusal = answer.json();
        refusal.path("problems").forEach(problem -> err.println(problem.asText()));
        err.flush();
        return ExitCode.of(refusal.path("code").asText()).value();
    }
}
