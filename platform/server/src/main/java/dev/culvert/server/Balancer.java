package dev.culvert.server;

import dev.culvert.spi.protocol.Balance;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.registry.Candidate;
import dev.culvert.spi.registry.Member;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts those behind one endpoint into the order in which a visitor is to try them: the clients by their way to balance, those
 * that take no visitors last; of one client, the session with the fewest streams first. Thread-safe.
 */
final class Balancer {

    // How much of its share each client is owed: whoever is owed most has the next turn (smooth weighted round-robin).
    private final Map<String, Integer> owed = new HashMap<>();
    // Tells clients of one name apart in a way that outlives a restart: whoever comes takes the lowest number that is
    // free.
    private final Map<String, Integer> numbers = new HashMap<>();
    private final long secret = new SecureRandom().nextLong();
    private int turn;

    /** Whether these are sessions of more than one client. */
    static boolean areSeveralClients(List<Candidate> found) {
        for (int i = 1; i < found.size(); i++) {
            if (!found.get(i).member().sameClient(found.get(0).member())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Orders them.
     *
     * @param found in the order in which they came
     * @param origin whose turn it is
     * @param token which {@link #token} it says it was given; null for none
     */
    List<Candidate> order(List<Candidate> found, StreamOrigin origin, @Nullable String token) {
        if (found.size() < 2) {
            return found;
        }
        Balance balance = found.get(found.size() - 1).member().balance();
        List<Peer> fit = new ArrayList<>();
        List<Peer> unfit = new ArrayList<>();
        List<Peer> all = peers(found);
        int now = nextTurn();
        for (Peer peer : all) {
            peer.settle(now, origin);
            (peer.isFit() ? fit : unfit).add(peer);
        }
        List<Candidate> order = new ArrayList<>(found.size());
        ordered(fit, all, balance, origin, token).forEach(peer -> order.addAll(peer.sessions));
        unfit.forEach(peer -> order.addAll(peer.sessions));
        return order;
    }

    private List<Peer> ordered(
            List<Peer> fit, List<Peer> all, Balance balance, StreamOrigin origin, @Nullable String token) {
        if (fit.size() < 2) {
            return fit;
        }
        InetSocketAddress visitor = origin.visitor();
        if (balance == Balance.SOURCE_HASH && visitor != null) {
            long source = source(visitor.getAddress());
            Map<String, Integer> numberOf = numbered(all);
            fit.sort(Comparator.comparingDouble(peer -> peer.distance(source, numberOf.getOrDefault(peer.key, 0))));
            return fit;
        }
        if (balance == Balance.COOKIE && token != null) {
            Map<String, Integer> numberOf = numbered(all);
            for (int i = 0; i < fit.size(); i++) {
                if (token(fit.get(i).member, numberOf).equals(token)) {
                    fit.add(0, fit.remove(i));
                    return fit;
                }
            }
        }
        fit.sort(Peer::compareLoads);
        int equal = fit.size();
        if (balance != Balance.ROUND_ROBIN) {
            equal = 1;
            while (equal < fit.size() && fit.get(0).compareLoads(fit.get(equal)) == 0) {
                equal++;
            }
        }
        fit.add(0, fit.remove(nextOf(fit.subList(0, equal), fit)));
        return fit;
    }

    /**
     * What brings a visitor back to a client while that takes visitors; null if the group does not want that. It tells
     * nothing of the client, and is good until the server ends.
     *
     * @param member one of those who were ordered
     * @param order all of them
     */
    @Nullable
    String token(Member member, List<Candidate> order) {
        boolean wanted = order.stream().anyMatch(one -> one.member().balance() == Balance.COOKIE);
        return wanted ? token(member, numbered(peers(order))) : null;
    }

    private String token(Member member, Map<String, Integer> numberOf) {
        int number = numberOf.getOrDefault(Peer.key(member), 0);
        return HexFormat.of()
                .toHexDigits(
                        Peer.mixed(secret ^ Peer.mixed(31L * member.client().hashCode() + number)));
    }

    private synchronized int nextOf(List<Peer> equal, List<Peer> all) {
        if (owed.size() > all.size()) {
            owed.keySet().removeIf(key -> all.stream().noneMatch(peer -> peer.key.equals(key)));
        }
        int total = 0;
        int next = 0;
        int most = Integer.MIN_VALUE;
        for (int i = 0; i < equal.size(); i++) {
            Peer peer = equal.get(i);
            total += peer.weight();
            int now = owed.merge(peer.key, peer.weight(), Integer::sum);
            if (now > most) {
                most = now;
                next = i;
            }
        }
        owed.merge(equal.get(next).key, -total, Integer::sum);
        return next;
    }

    private static List<Peer> peers(List<Candidate> found) {
        List<Peer> peers = new ArrayList<>();
        for (Candidate candidate : found) {
            Member member = candidate.member();
            Peer known = null;
            for (Peer peer : peers) {
                known = peer.member.sameClient(member) ? peer : known;
            }
            if (known == null) {
                known = new Peer(member);
                peers.add(known);
            }
            known.sessions.add(candidate);
        }
        return peers;
    }

    private synchronized Map<String, Integer> numbered(List<Peer> all) {
        boolean same = numbers.size() == all.size() && all.stream().allMatch(peer -> numbers.containsKey(peer.key));
        if (!same) {
            numbers.keySet().removeIf(key -> all.stream().noneMatch(peer -> peer.key.equals(key)));
            for (Peer peer : all) {
                Set<Integer> taken = new HashSet<>();
                for (Peer other : all) {
                    Integer number = numbers.get(other.key);
                    if (number != null && other.member.client().equals(peer.member.client())) {
                        taken.add(number);
                    }
                }
                int free = 0;
                while (taken.contains(free)) {
                    free++;
                }
                numbers.putIfAbsent(peer.key, free);
            }
        }
        return Map.copyOf(numbers);
    }

    private synchronized int nextTurn() {
        return turn++;
    }

    // As limits count it: an address of IPv4, a network of 64 bits of IPv6.
    private static long source(@Nullable InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address == null ? new byte[4] : address.getAddress());
        return bytes.remaining() == 4 ? bytes.getInt() & 0xFFFF_FFFFL : bytes.getLong();
    }

    /** One client with its sessions. */
    private static final class Peer {

        final Member member;
        final String key;
        final List<Candidate> sessions = new ArrayList<>(2);
        private boolean fit;
        private long load;

        Peer(Member member) {
            this.member = member;
            key = key(member);
        }

        static String key(Member member) {
            return member.client() + '\n' + member.instance();
        }

        // Looked at once: what sorts must not change meanwhile.
        void settle(int turn, StreamOrigin origin) {
            if (sessions.size() == 1) {
                load = sessions.get(0).load();
                fit = sessions.get(0).isFit(origin);
                return;
            }
            Map<Candidate, Integer> costs = new IdentityHashMap<>();
            for (Candidate session : sessions) {
                int streams = session.load();
                boolean takes = session.isFit(origin);
                load += streams;
                fit |= takes;
                costs.put(session, takes ? streams : Integer.MAX_VALUE);
            }
            Collections.rotate(sessions, turn); // those with the same load take turns
            sessions.sort(Comparator.comparing(session -> costs.getOrDefault(session, 0)));
        }

        boolean isFit() {
            return fit;
        }

        int weight() {
            return member.weight();
        }

        int compareLoads(Peer other) {
            return Long.compare(load * other.weight(), other.load * weight());
        }

        /** How far a source is from it: the smaller, the more of all sources the larger its weight (rendezvous hashing). */
        double distance(long source, int number) {
            long hash =
                    mixed(source * 0x9E3779B97F4A7C15L + 31L * member.client().hashCode() + number);
            double even = ((hash >>> 11) + 0.5) * 0x1.0p-53; // 0 to 1, neither included
            return -Math.log(even) / weight();
        }

        // The finalizer of MurmurHash3.
        private static long mixed(long bits) {
            long mixed = (bits ^ (bits >>> 33)) * 0xFF51AFD7ED558CCDL;
            mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
            return mixed ^ (mixed >>> 33);
        }
    }
}
