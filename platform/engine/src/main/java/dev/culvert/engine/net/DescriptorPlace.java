package dev.culvert.engine.net;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A connection's place among all: given back once, however the connection ends. */
final class DescriptorPlace {

    private static final AttributeKey<DescriptorPlace> KEY = AttributeKey.valueOf(DescriptorPlace.class, "place");

    private final Descriptors descriptors;
    private final AtomicBoolean left = new AtomicBoolean();

    private DescriptorPlace(Descriptors descriptors) {
        this.descriptors = descriptors;
    }

    /** Ties a place that was entered to a connection. */
    static void keep(Descriptors descriptors, Channel connection) {
        DescriptorPlace place = new DescriptorPlace(descriptors);
        connection.attr(KEY).set(place);
        connection.closeFuture().addListener(closed -> place.leave());
    }

    /** For a connection that is closed without having been registered: its close future never completes. */
    static void leave(Channel connection) {
        @Nullable DescriptorPlace place = connection.attr(KEY).get();
        if (place != null) {
            place.leave();
        }
    }

    private void leave() {
        if (left.compareAndSet(false, true)) {
            descriptors.left();
        }
    }
}
