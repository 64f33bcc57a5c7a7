package dev.culvert.plugin.protocol.udp;

/** What one flow has had of a lane that is short of room. Belongs to the lane's owner. */
final class Share {

    /** Whether it has sent anything yet. */
    boolean begun;

    private long round = -1;
    private int spent;

    /** Whether this is its first datagram of a round. */
    boolean enters(long current) {
        if (round == current) {
            return false;
        }
        round = current;
        spent = 0;
        return true;
    }

    /** Takes bytes of its share; the first datagram is always part of it. */
    boolean take(int bytes, int share) {
        if (spent > 0 && spent + bytes > share) {
            return false;
        }
        spent += bytes;
        return true;
    }
}
