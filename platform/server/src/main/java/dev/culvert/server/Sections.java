package dev.culvert.server;

import dev.culvert.engine.wire.TransportAlternative;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.auth.AuthenticatorFactory;
import dev.culvert.spi.protocol.ProtocolFactory;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Which sections of a file exclude each other, as far as the file alone shows. */
final class Sections {

    private static final Set<String> ALL_ADDRESSES = Set.of("", "0.0.0.0", "::");

    private Sections() {}

    static void requireDistinct(ServerSettings settings) {
        requireDistinctListeners(settings.listen());
        requireSharedPorts(settings);
        requireAuthenticatorsOnce(settings.auth());
        requireListeners(settings);
    }

    /** Refuses protocols that ask for sessions of a listener that the file does not have. */
    static void requireListeners(ServerSettings settings) {
        Set<String> names =
                settings.listen().stream().map(ListenSettings::name).collect(Collectors.toCollection(TreeSet::new));
        for (ProtocolFactory section : settings.protocol()) {
            for (String name : section.listeners()) {
                if (!names.contains(name)) {
                    throw new CulvertException(
                            ConfigError.CONFLICTING_KEYS,
                            "protocol \"" + TransportAlternative.typeOf(section) + "\": listen: \"" + name
                                    + "\" (expected: the name of a [[listen]] of this file, one of " + names + ").");
                }
            }
        }
    }

    private static void requireDistinctListeners(List<ListenSettings> sections) {
        for (int i = 0; i < sections.size(); i++) {
            for (int j = 0; j < i; j++) {
                ListenSettings one = sections.get(j);
                ListenSettings other = sections.get(i);
                if (one.name().equals(other.name())) {
                    throw conflict(
                            j, i, "both are named \"" + one.name() + "\" (expected: a name of its own for each).");
                }
                boolean own = one.share() == null && other.share() == null;
                if (own && overlap(one.bind(), other.bind())) {
                    throw conflict(j, i, "both bind " + other.bind() + " (expected: an address of its own for each).");
                }
            }
        }
    }

    private static void requireSharedPorts(ServerSettings settings) {
        Set<String> types =
                settings.protocol().stream().map(TransportAlternative::typeOf).collect(Collectors.toSet());
        for (ListenSettings section : settings.listen()) {
            if (section.share() != null && !types.contains(section.share())) {
                throw new CulvertException(
                        ConfigError.CONFLICTING_KEYS,
                        "listen \"" + section.name() + "\": share: \"" + section.share()
                                + "\" (expected: the type of a [[protocol]] of this file).");
            }
        }
    }

    private static void requireAuthenticatorsOnce(List<AuthenticatorFactory> sections) {
        Set<Class<?>> types = new HashSet<>();
        for (AuthenticatorFactory section : sections) {
            if (!types.add(section.getClass()) && section.knowsAllCredentials()) {
                throw new CulvertException(
                        ConfigError.CONFLICTING_KEYS,
                        "auth: two sections of type \"" + TransportAlternative.typeOf(section)
                                + "\", and a login does not say which of them it is for (expected: one section that"
                                + " knows all of these credentials).");
            }
        }
    }

    // Port 0 is another one each time.
    private static boolean overlap(HostPort one, HostPort other) {
        String a = one.host().toLowerCase(Locale.ROOT);
        String b = other.host().toLowerCase(Locale.ROOT);
        return one.port() != 0
                && one.port() == other.port()
                && (a.equals(b) || ALL_ADDRESSES.contains(a) || ALL_ADDRESSES.contains(b));
    }

    private static CulvertException conflict(int first, int second, String what) {
        return new CulvertException(
                ConfigError.CONFLICTING_KEYS, "listen[" + first + "] and listen[" + second + "]: " + what);
    }
}
