package dev.culvert.plugin.protocol.tls;

/** Why a visitor is sent away, by the numbers of RFC 8446, section 6.2. */
enum Alert {
    /** There is no service of the name that was asked for. */
    UNRECOGNIZED_NAME(112),
    /** What arrived is no ClientHello. */
    DECODE_ERROR(50),
    /** The service cannot be reached. */
    INTERNAL_ERROR(80);

    private static final byte RECORD_TYPE = 21;
    private static final byte FATAL = 2;

    private final int description;

    Alert(int description) {
        this.description = description;
    }

    /** The whole record: type, legacy version, length, level, description. */
    byte[] record() {
        return new byte[] {RECORD_TYPE, 3, 3, 0, 2, FATAL, (byte) description};
    }
}
