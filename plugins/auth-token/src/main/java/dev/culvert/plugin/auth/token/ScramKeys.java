package dev.culvert.plugin.auth.token;

/** What a password becomes with one salt and iteration count; as secret as the password itself. */
record ScramKeys(byte[] clientKey, byte[] serverKey) {

    /** Costs {@code iterations} rounds of HMAC: not for an event loop. */
    static ScramKeys derive(String password, byte[] salt, int iterations) {
        byte[] salted = Scram.saltedPassword(password, salt, iterations);
        return new ScramKeys(Scram.hmac(salted, "Client Key"), Scram.hmac(salted, "Server Key"));
    }

    byte[] storedKey() {
        return Scram.hash(clientKey);
    }

    @Override
    public String toString() {
        return "ScramKeys[****]";
    }
}
