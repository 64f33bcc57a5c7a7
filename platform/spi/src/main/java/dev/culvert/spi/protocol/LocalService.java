package dev.culvert.spi.protocol;

/** Delivers streams to one private service. Thread-safe. */
public interface LocalService extends AutoCloseable {

    /**
     * Takes a stream. Called on its loop; answers by {@link IncomingStream#bridge}, {@link IncomingStream#accept} or
     * {@link IncomingStream#refuse}, at once or later.
     *
     * @param stream a visitor's
     */
    void deliver(IncomingStream stream);

    /**
     * The client is going to stop, and waits for its streams to end. Whoever keeps one for visitors yet to come ends it as
     * soon as those that are there are done. From any thread.
     */
    default void drain() {}

    /** Frees what it holds; delivered streams go on. */
    @Override
    default void close() {}
}
