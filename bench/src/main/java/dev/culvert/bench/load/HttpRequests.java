package dev.culvert.bench.load;

import java.nio.ByteBuffer;

/** Finds where requests without a body end. */
final class HttpRequests {

    private static final int END = '\r' << 24 | '\n' << 16 | '\r' << 8 | '\n';

    private int lastFour;

    /** Takes what has come; answers how many requests are complete with it. */
    int end(ByteBuffer in) {
        int complete = 0;
        while (in.hasRemaining()) {
            lastFour = lastFour << Byte.SIZE | (in.get() & 0xff);
            if (lastFour == END) {
                complete++;
            }
        }
        return complete;
    }
}
