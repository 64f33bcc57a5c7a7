package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.CulvertException;
import org.jspecify.annotations.Nullable;

/** Who a {@link Conversation} talks to at this end. Called on the link's loop. */
interface Party {

    /**
     * Takes a message. A {@link CulvertException} thrown from here is told to the other end and ends the session.
     *
     * @param message never one that the conversation answers itself: errors, pings, unknown ones
     */
    void receive(Message message);

    /**
     * The session is over. Called once.
     *
     * @param cause why; null for a normal end
     */
    void ended(@Nullable CulvertException cause);
}
