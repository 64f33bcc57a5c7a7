package dev.culvert.plugin.transport.tls;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Which part of a client's certificate is the name of its principal. */
public enum PrincipalRule {
    /** The common name of the subject. */
    @JsonProperty("subject_cn")
    SUBJECT_CN(-1),

    /** The first DNS name. */
    @JsonProperty("san_dns")
    SAN_DNS(2),

    /** The first URI. */
    @JsonProperty("san_uri")
    SAN_URI(6),

    /** The first mail address. */
    @JsonProperty("san_email")
    SAN_EMAIL(1);

    // Names are shown in logs, status and labels.
    private static final Pattern PRINTABLE = Pattern.compile("[\\p{Graph} ]{1,200}", Pattern.UNICODE_CHARACTER_CLASS);

    // RFC 5280, section 4.2.1.6, GeneralName
    private final int generalName;

    PrincipalRule(int generalName) {
        this.generalName = generalName;
    }

    /** The name, if the certificate has one of this kind that can be shown. */
    Optional<String> name(X509Certificate certificate) {
        Optional<String> name = this == SUBJECT_CN ? commonName(certificate) : alternativeName(certificate);
        return name.filter(text -> PRINTABLE.matcher(text).matches());
    }

    private static Optional<String> commonName(X509Certificate certificate) {
        try {
            List<Rdn> names = new LdapName(certificate.getSubjectX500Principal().getName()).getRdns();
            for (int i = names.size() - 1; i >= 0; i--) { // the most significant is last
                Rdn name = names.get(i);
                if (name.getType().equalsIgnoreCase("CN") && name.getValue() instanceof String text) {
                    return Optional.of(text);
                }
            }
            return Optional.empty();
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }

    private Optional<String> alternativeName(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names == null) {
                return Optional.empty();
            }
            return names.stream()
                    .filter(name -> Integer.valueOf(generalName).equals(name.get(0)) && name.get(1) instanceof String)
                    .map(name -> (String) name.get(1))
                    .findFirst();
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
    }
}
