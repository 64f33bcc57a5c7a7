package dev.culvert.engine.bridge;

import java.util.concurrent.Executor;

/** Threads for blocking ends: one each, so that none waits for another. */
final class Threads {

    static final Executor EACH = task -> {
        Thread thread = new Thread(task, "outer-end");
        thread.setDaemon(true);
        thread.start();
    };

    private Threads() {}
}
