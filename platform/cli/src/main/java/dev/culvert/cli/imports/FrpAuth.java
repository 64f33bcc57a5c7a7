package dev.culvert.cli.imports;

import java.util.Map;

/** Who a client of frp is: one token for all. */
final class FrpAuth {

    private static final Map<String, String> REASONS = Map.of(
            "oidc", "write [[auth]] type = \"jwt\" by hand; its keys differ",
            "additionalScopes", "a Culvert session is authenticated as a whole");

    private FrpAuth() {}

    static void write(Keys keys, boolean server, Draft draft) {
        String method = keys.text("auth.method", "token");
        String token = keys.text("auth.token");
        String source = keys.text("auth.tokenSource.type", "");
        String file = keys.text("auth.tokenSource.file.path");
        if (!source.isEmpty() && file == null) {
            keys.drop("auth.tokenSource", "of its kinds only file is known: set token in [[auth]]");
        }
        Keys rest = keys.table("auth");
        if (rest != null) {
            if (method.equals("token")) {
                rest.table("oidc"); // it counts with the method oidc only
            }
            rest.dropRest(REASONS);
        }
        if (!method.equals("token")) {
            keys.tell("auth.method", "\"" + method + "\" has other keys here: write its [[auth]] section by hand");
        }
        boolean known = token != null && !token.isEmpty() || file != null;
        if (!known && !server) {
            keys.tell("auth.token", "it is empty: Culvert's server lets nobody in without a credential");
            return;
        }
        draft.section("[[auth]]").text("type", "token");
        if (file != null) {
            draft.raw("token", "{file = " + Templates.quote(file) + "}");
        } else if (token != null && !token.isEmpty()) {
            draft.text("token", token);
        } else {
            draft.comment("frp let everybody in. Here culvert token new NAME makes a credential for each client.");
            keys.tell("auth.token", "it is empty: Culvert lets nobody in without a credential; see culvert token new");
        }
    }
}
