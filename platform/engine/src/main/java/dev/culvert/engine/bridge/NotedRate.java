package dev.culvert.engine.bridge;

import java.util.function.LongConsumer;

/** A limit, and who is told for how long it held back. */
record NotedRate(Rate limit, LongConsumer told) implements Rate {

    @Override
    public long take(int bytes) {
        return limit.take(bytes);
    }

    @Override
    public boolean offer(int bytes) {
        return limit.offer(bytes);
    }

    @Override
    public boolean isFree() {
        return limit.isFree();
    }

    @Override
    public void held(long nanos) {
        limit.held(nanos);
        told.accept(nanos);
    }
}
