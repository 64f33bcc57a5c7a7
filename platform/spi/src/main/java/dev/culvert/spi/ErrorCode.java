package dev.culvert.spi;

/**
 * A stable name for one way of failing.
 *
 * <p>Implemented by enums. The platform's own are {@link ConfigError} (1xxx), {@link AuthError} (2xxx),
 * {@link TunnelError} (3xxx), {@link WireError} (4xxx), {@link ServiceError} (5xxx) and {@link HttpError} (6xxx), with the
 * prefix {@code CLV}.
 * A plugin of another author that needs codes of its own implements this interface with a {@link #prefix()} of its own,
 * and names the enum in its {@code plugin.properties}: {@code plugin.errors=com.acme.AcmeError}. Two plugins with the same
 * prefix and number are refused at load.
 */
public interface ErrorCode {

    /** The letters before the number; another author's plugin has its own. */
    default String prefix() {
        return "CLV";
    }

    /** The number; never changed once released. */
    int number();

    /** Who can do something about it. */
    ErrorType type();

    /** What that person does, as one sentence. */
    String remedy();

    /** The code as people see and search it: {@code CLV-2001}. */
    default String code() {
        return prefix() + "-" + number();
    }
}
