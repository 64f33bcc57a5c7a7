package dev.culvert.plugin.transport.websocket;

import dev.culvert.spi.Role;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;

/** The frames of RFC 6455 as handlers: strict, without extensions, masked by the client. */
final class Frames {

    /** The longest payload of a frame that a peer may send. */
    static final int MAX_PAYLOAD = 256 * 1024;

    private Frames() {}

    /**
     * Adds the frames' codec, and what answers control frames, to the end of a pipeline. Whoever comes next reads and
     * writes frames of data.
     *
     * @param role which end this is
     * @param maxPayload the longest frame to take, in bytes
     */
    static void addTo(ChannelPipeline pipeline, Role role, int maxPayload) {
        boolean server = role == Role.SERVER;
        WebSocketDecoderConfig strict = WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(maxPayload)
                .expectMaskedFrames(server)
                .allowMaskMismatch(false)
                .allowExtensions(false)
                .closeOnProtocolViolation(false) // ControlFrames says goodbye
                .withUTF8Validator(false)
                .build();
        pipeline.addLast("websocket-decoder", new WebSocket13FrameDecoder(strict));
        pipeline.addLast(
                "websocket-encoder",
                server ? new WebSocket13FrameEncoder(false) : new WebSocket13FrameEncoder(new MaskingKeys()));
        pipeline.addLast("websocket-control", new ControlFrames(role));
    }
}
