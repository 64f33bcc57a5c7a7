package dev.culvert.plugin.protocol.http;

/** How much all tunnels of a server hold together for clients that are away. Thread-safe. */
final class HoldRoom {

    private final int mostRequests;
    private final long mostBytes;
    private int requests;
    private long bytes;

    HoldRoom(Limits limits) {
        this.mostRequests = limits.maxHeld();
        this.mostBytes = limits.maxHeldBytes().bytes();
    }

    /** Takes the place of one request, unless there is none. */
    synchronized boolean take(int size) {
        if (requests >= mostRequests || bytes + size > mostBytes) {
            return false;
        }
        requests++;
        bytes += size;
        return true;
    }

    /** Takes room for more of a request that has a place, unless there is none. */
    synchronized boolean grow(int size) {
        if (bytes + size > mostBytes) {
            return false;
        }
        bytes += size;
        return true;
    }

    synchronized void give(int size) {
        requests--;
        bytes -= size;
    }
}
