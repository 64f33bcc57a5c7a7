package dev.culvert.plugin.dialect.culvert;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.culvert.spi.CulvertException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the two ends say on the control stream: {@code docs/protocol.md}, section "Messages". A component that is not
 * required has a default, so that what an older end leaves out is never null here.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type", visible = true, defaultImpl = Message.Unknown.class)
@JsonSubTypes({
    @JsonSubTypes.Type(value = Message.Hello.class, name = "hello"),
    @JsonSubTypes.Type(value = Message.ServerHello.class, name = "server_hello"),
    @JsonSubTypes.Type(value = Message.AuthBegin.class, name = "auth_begin"),
    @JsonSubTypes.Type(value = Message.AuthChallenge.class, name = "auth_challenge"),
    @JsonSubTypes.Type(value = Message.AuthAnswer.class, name = "auth_answer"),
    @JsonSubTypes.Type(value = Message.AuthOk.class, name = "auth_ok"),
    @JsonSubTypes.Type(value = Message.AuthRefused.class, name = "auth_refused"),
    @JsonSubTypes.Type(value = Message.Renew.class, name = "renew"),
    @JsonSubTypes.Type(value = Message.Renewed.class, name = "renewed"),
    @JsonSubTypes.Type(value = Message.RenewRefused.class, name = "renew_refused"),
    @JsonSubTypes.Type(value = Message.TunnelOpen.class, name = "tunnel_open"),
    @JsonSubTypes.Type(value = Message.TunnelOpened.class, name = "tunnel_opened"),
    @JsonSubTypes.Type(value = Message.TunnelRefused.class, name = "tunnel_refused"),
    @JsonSubTypes.Type(value = Message.TunnelClose.class, name = "tunnel_close"),
    @JsonSubTypes.Type(value = Message.TunnelClosed.class, name = "tunnel_closed"),
    @JsonSubTypes.Type(value = Message.TunnelRevise.class, name = "tunnel_revise"),
    @JsonSubTypes.Type(value = Message.TunnelPause.class, name = "tunnel_pause"),
    @JsonSubTypes.Type(value = Message.TunnelPaused.class, name = "tunnel_paused"),
    @JsonSubTypes.Type(value = Message.TunnelHealth.class, name = "tunnel_health"),
    @JsonSubTypes.Type(value = Message.Ping.class, name = "ping"),
    @JsonSubTypes.Type(value = Message.Pong.class, name = "pong"),
    @JsonSubTypes.Type(value = Message.Drain.class, name = "drain"),
    @JsonSubTypes.Type(value = Message.Failure.class, name = "error"),
})
sealed interface Message {

    /** The client's first word. */
    record Hello(
            @JsonProperty(required = true) int versionMin,
            @JsonProperty(required = true) int versionMax,
            List<String> capabilities,
            @JsonProperty(required = true) String instance,
            String clientId,
            String software)
            implements Message {

        public Hello {
            requireNonNull(instance, "instance");
            capabilities = requireNonNullElse(capabilities, List.of());
            clientId = requireNonNullElse(clientId, "");
            software = requireNonNullElse(software, "");
        }
    }

    /** The server's answer: the version of this session, and how to log in. */
    record ServerHello(@JsonProperty(required = true) int version, List<String> capabilities, List<String> mechanisms)
            implements Message {

        public ServerHello {
            capabilities = requireNonNullElse(capabilities, List.of());
            mechanisms = requireNonNullElse(mechanisms, List.of());
        }
    }

    /** The client's choice of a mechanism and its first message. */
    record AuthBegin(@JsonProperty(required = true) String mechanism, byte[] data) implements Message {

        public AuthBegin {
            requireNonNull(mechanism, "mechanism");
            data = requireNonNullElse(data, new byte[0]);
        }
    }

    /** The mechanism needs another round. */
    record AuthChallenge(byte[] data) implements Message {

        public AuthChallenge {
            data = requireNonNullElse(data, new byte[0]);
        }
    }

    /** The client's part of that round. */
    record AuthAnswer(byte[] data) implements Message {

        public AuthAnswer {
            data = requireNonNullElse(data, new byte[0]);
        }
    }

    /** The client is in. */
    record AuthOk(
            byte[] data,
            @JsonProperty(required = true) String sessionId,
            String principal,
            String account,
            @Nullable Long timeMs)
            implements Message {

        public AuthOk {
            data = requireNonNullElse(data, new byte[0]);
            requireNonNull(sessionId, "session_id");
            principal = requireNonNullElse(principal, "");
            account = requireNonNullElse(account, "");
        }
    }

    /** The client is not let in; the session ends. */
    record AuthRefused(
            @Nullable String code,
            @Nullable String message,
            @Nullable String remedy) implements Message {

        static AuthRefused of(CulvertException cause) {
            return new AuthRefused(
                    cause.code().code(), Codes.detail(cause), cause.code().remedy());
        }

        CulvertException cause() {
            return Codes.failure(code, message, remedy);
        }
    }

    /** A newer credential for this session. */
    record Renew(byte[] data) implements Message {

        public Renew {
            data = requireNonNullElse(data, new byte[0]);
        }
    }

    /** The newer credential counts from now on. */
    record Renewed() implements Message {}

    /** The newer credential does not count; the session goes on with the one it has. */
    record RenewRefused(
            @Nullable String code,
            @Nullable String message,
            @Nullable String remedy) implements Message {

        static RenewRefused of(CulvertException cause) {
            return new RenewRefused(
                    cause.code().code(), Codes.detail(cause), cause.code().remedy());
        }

        CulvertException cause() {
            return Codes.failure(code, message, remedy);
        }
    }

    /** The client wants a tunnel. */
    record TunnelOpen(
            @JsonProperty(required = true) int id,
            @JsonProperty(required = true) String name,
            @JsonProperty(required = true) String tunnelType,
            String onConflict,
            String local,
            Map<String, Object> parameters)
            implements Message {

        public TunnelOpen {
            requireNonNull(name, "name");
            requireNonNull(tunnelType, "tunnel_type");
            onConflict = requireNonNullElse(onConflict, "reject");
            local = requireNonNullElse(local, "");
            parameters = requireNonNullElse(parameters, Map.of());
        }
    }

    /** The tunnel is public. */
    record TunnelOpened(
            @JsonProperty(required = true) int id,
            @JsonProperty(required = true) String endpoint) implements Message {

        public TunnelOpened {
            requireNonNull(endpoint, "endpoint");
        }
    }

    /** The tunnel is not. */
    record TunnelRefused(
            @JsonProperty(required = true) int id,
            @Nullable String code,
            @Nullable String message,
            @Nullable String remedy)
            implements Message {

        static TunnelRefused of(int id, CulvertException cause) {
            return new TunnelRefused(
                    id, cause.code().code(), Codes.detail(cause), cause.code().remedy());
        }

        CulvertException cause() {
            return Codes.failure(code, message, remedy);
        }
    }

    /** The client gives a tunnel up. */
    record TunnelClose(@JsonProperty(required = true) int id) implements Message {}

    /** The client wants the limits of a tunnel replaced. */
    record TunnelRevise(
            @JsonProperty(required = true) int id,
            @JsonProperty(required = true) Map<String, Object> parameters) implements Message {

        public TunnelRevise {
            requireNonNull(parameters, "parameters");
        }
    }

    /** The client wants the visitors of a tunnel refused, or served again. */
    record TunnelPause(
            @JsonProperty(required = true) int id,
            @JsonProperty(required = true) boolean paused) implements Message {}

    /** The server refuses the visitors of a tunnel at its operator's wish, or serves them again. */
    record TunnelPaused(
            @JsonProperty(required = true) int id,
            @JsonProperty(required = true) boolean paused) implements Message {}

    /** The client says how the service of a tunnel is. */
    record TunnelHealth(
            @JsonProperty(required = true) int id,
            @JsonProperty(required = true) boolean healthy,
            @Nullable String code,
            @Nullable String message,
            @Nullable String remedy)
            implements Message {

        static TunnelHealth of(int id, @Nullable CulvertException trouble) {
            return trouble == null
                    ? new TunnelHealth(id, true, null, null, null)
                    : new TunnelHealth(
                            id,
                            false,
                            trouble.code().code(),
                            Codes.detail(trouble),
                            trouble.code().remedy());
        }

        @Nullable
        CulvertException trouble() {
            return healthy ? null : Codes.failure(code, message, remedy);
        }
    }

    /** A tunnel is no more. */
    record TunnelClosed(
            @JsonProperty(required = true) int id,
            @Nullable String code,
            @Nullable String message,
            @Nullable String remedy)
            implements Message {

        static TunnelClosed of(int id, CulvertException cause) {
            return new TunnelClosed(
                    id, cause.code().code(), Codes.detail(cause), cause.code().remedy());
        }

        CulvertException cause() {
            return Codes.failure(code, message, remedy);
        }
    }

    /** Asks for a {@link Pong} with the same token. */
    record Ping(Long token) implements Message {

        public Ping {
            token = requireNonNullElse(token, 0L);
        }
    }

    /** Answers a {@link Ping}. */
    record Pong(Long token) implements Message {

        public Pong {
            token = requireNonNullElse(token, 0L);
        }
    }

    /** The server is going to stop. */
    record Drain(Long deadlineMs, @Nullable String message) implements Message {

        public Drain {
            deadlineMs = requireNonNullElse(deadlineMs, 0L);
        }
    }

    /** What went wrong; if fatal, the last message of its sender. */
    record Failure(
            @Nullable String code,
            @Nullable String message,
            @Nullable String remedy,
            Boolean fatal) implements Message {

        public Failure {
            fatal = requireNonNullElse(fatal, false);
        }

        static Failure of(CulvertException cause, boolean fatal) {
            return new Failure(
                    cause.code().code(), Codes.detail(cause), cause.code().remedy(), fatal);
        }

        CulvertException cause() {
            return Codes.failure(code, message, remedy);
        }
    }

    /** A message that this build does not know; never sent. */
    record Unknown(@Nullable String type) implements Message {}
}
