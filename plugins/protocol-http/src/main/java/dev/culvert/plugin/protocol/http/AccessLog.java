package dev.culvert.plugin.protocol.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.culvert.spi.protocol.RequestReport;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line for each request, on a logger of its own, so that it can be sent elsewhere. What strangers sent is escaped: one
 * request is one line, whatever is in it.
 */
public enum AccessLog {
    /** No lines. */
    @JsonProperty("off")
    OFF {
        @Override
        String line(Asked asked, String version, String tunnel, RequestReport report) {
            return "";
        }
    },

    /** One object of JSON a line. */
    @JsonProperty("json")
    JSON {
        @Override
        String line(Asked asked, String version, String tunnel, RequestReport report) {
            StringBuilder line = new StringBuilder(256).append('{');
            field(line, "time", DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(ZonedDateTime.now()));
            field(line, "request_id", asked.id());
            field(line, "tunnel", tunnel);
            field(line, "visitor", source(asked));
            field(line, "method", asked.method().name());
            Identity identity = asked.identity();
            field(line, "host", identity == null ? "" : identity.authority().toString());
            field(line, "target", identity == null ? "" : identity.target());
            field(line, "version", version);
            number(line, "status", report.status());
            field(line, "outcome", report.outcome().name().toLowerCase(Locale.ROOT));
            number(line, "bytes_in", report.bytesIn());
            number(line, "bytes_out", report.bytesOut());
            number(line, "us", report.duration().toNanos() / 1000);
            field(line, "referer", asked.referer());
            field(line, "user_agent", asked.userAgent());
            line.setCharAt(line.length() - 1, '}');
            return line.toString();
        }
    },

    /** The combined format of web servers, with the id and the tunnel behind it. */
    @JsonProperty("combined")
    COMBINED {
        @Override
        String line(Asked asked, String version, String tunnel, RequestReport report) {
            Identity identity = asked.identity();
            StringBuilder line = new StringBuilder(256);
            line.append(source(asked)).append(" - - [");
            line.append(CLF.format(ZonedDateTime.now())).append("] \"");
            escape(line, asked.method().name() + " " + (identity == null ? "-" : identity.target()) + " " + version);
            line.append("\" ").append(report.status()).append(' ').append(report.bytesOut());
            quoted(line, asked.referer());
            quoted(line, asked.userAgent());
            return line.append(' ')
                    .append(asked.id())
                    .append(' ')
                    .append(tunnel)
                    .toString();
        }
    };

    private static final Logger log = LoggerFactory.getLogger("culvert.access");
    private static final DateTimeFormatter CLF = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT);

    abstract String line(Asked asked, String version, String tunnel, RequestReport report);

    /** Writes a request down. */
    void write(Asked asked, VisitorEnd visitor, String tunnel, RequestReport report) {
        if (this != OFF) {
            log.info("{}", line(asked, visitor.isMultiplexed() ? "HTTP/2.0" : "HTTP/1.1", tunnel, report));
        }
    }

    private static String source(Asked asked) {
        InetSocketAddress visitor = asked.origin().visitor();
        return visitor == null || visitor.getAddress() == null ? "-" : NetUtil.toAddressString(visitor.getAddress());
    }

    private static void field(StringBuilder line, String name, @Nullable String value) {
        line.append('"').append(name).append("\":\"");
        escape(line, value == null ? "" : value);
        line.append("\",");
    }

    private static void number(StringBuilder line, String name, long value) {
        line.append('"').append(name).append("\":").append(value).append(',');
    }

    private static void quoted(StringBuilder line, @Nullable String value) {
        line.append(" \"");
        escape(line, value == null || value.isEmpty() ? "-" : value);
        line.append('"');
    }

    // Fields are bytes of Latin-1 here; beyond ASCII they are shown by number too, for nobody knows what they mean.
    private static void escape(StringBuilder line, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                line.append(String.format("\\u%04x", (int) c));
            } else {
                line.append(c);
            }
        }
    }
}
