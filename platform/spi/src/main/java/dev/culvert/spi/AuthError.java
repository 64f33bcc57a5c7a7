package dev.culvert.spi;

/** Why a client was not let in: 2xxx. */
public enum AuthError implements ErrorCode {
    // Numbers are on the wire: append, never renumber or reuse.

    /** The credential is not one the server knows. */
    CREDENTIAL_REJECTED(2001, ErrorType.USER, "Check that client and server are configured with the same credential."),

    /** The credential was good once. */
    CREDENTIAL_EXPIRED(2002, ErrorType.USER, "Issue a new credential, or correct the clock."),

    /** What verifies or issues credentials cannot be reached. */
    KEY_SOURCE_UNREACHABLE(
            2003, ErrorType.EXTERNAL, "Check that the key or token source named in the message can be reached."),

    /** The credential was removed while a session used it. */
    CREDENTIAL_REVOKED(2004, ErrorType.USER, "Issue a new credential."),

    /** Client and server share no way of authenticating. */
    NO_COMMON_MECHANISM(2005, ErrorType.USER, "Configure the same [[auth]] type on both ends."),

    /** The server could not prove that it knows the credential. */
    SERVER_NOT_PROVEN(2006, ErrorType.USER, "Check the address: this is not the server that issued the credential."),

    /** A message that the mechanism does not allow. */
    MALFORMED_EXCHANGE(2007, ErrorType.EXTERNAL, "Check that the other end is a Culvert of a compatible version."),

    /** The server wants a credential and the client has none. */
    CREDENTIAL_MISSING(
            2008,
            ErrorType.USER,
            "Give the client one: an [[auth]] section in its file, --token-file FILE, or the variable CULVERT_TOKEN."),

    /** No complete login within the limit. */
    LOGIN_TIMEOUT(
            2009,
            ErrorType.EXTERNAL,
            "Check that the other end is a Culvert client and that the network is not stalling."),

    /** The server's certificate or key is not one that the client trusts. */
    SERVER_CERTIFICATE(
            2010,
            ErrorType.USER,
            "Compare the fingerprint with the one that the server prints; if it differs, this is not your server."),

    /** The client's certificate is missing, or the server does not accept it. */
    CLIENT_CERTIFICATE(2011, ErrorType.USER, "Give the client a certificate that the server's client_ca has signed."),

    /** The server does not list the key with which the client proved itself. */
    KEY_NOT_LISTED(
            2012, ErrorType.USER, "Add the client's public key to the server's file, or use the key that is there."),

    /** A token that is none of the form that is read here: too large, encrypted, nested, unsigned, not JSON. */
    TOKEN_MALFORMED(
            2013,
            ErrorType.USER,
            "Send a signed JWT (JWS compact form, at most 8 KiB) whose algorithm is one that the server's section"
                    + " names."),

    /** A token that no known key has signed. */
    TOKEN_NOT_GENUINE(
            2014,
            ErrorType.USER,
            "Check that the issuer signs with a key of the server's jwks_url, jwks_file or secret."),

    /** A genuine token that is for somebody else, for another time, or says too little. */
    TOKEN_NOT_APPLICABLE(
            2015,
            ErrorType.USER,
            "Compare the token's claims with issuer, audience and claims of the server's section, and both clocks."),

    /** A credential that whoever reads it can use, on a connection that others may read. */
    TRANSPORT_NOT_PRIVATE(
            2016, ErrorType.USER, "Use a transport that encrypts on both ends, or another [[auth]] type."),

    /** The credential is good, but not from where the client is. */
    SOURCE_NOT_PERMITTED(
            2017,
            ErrorType.USER,
            "Connect from one of the credential's networks, or ask the operator to add this one."),

    /** Too many logins from this address have failed. */
    TOO_MANY_FAILURES(
            2018,
            ErrorType.EXTERNAL,
            "Nothing, if it was a scan; else correct the client and wait, or see ban_exempt.");

    private final int number;
    private final ErrorType type;
    private final String remedy;

    AuthError(int number, ErrorType type, String remedy) {
        this.number = number;
        this.type = type;
        this.remedy = remedy;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public ErrorType type() {
        return type;
    }

    @Override
    public String remedy() {
        return remedy;
    }
}
