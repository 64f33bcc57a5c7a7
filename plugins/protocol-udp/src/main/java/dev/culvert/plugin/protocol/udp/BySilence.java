package dev.culvert.plugin.protocol.udp;

import org.jspecify.annotations.Nullable;

/**
 * Flows, the one whose visitor has been silent longest first. Nothing depends on how many there are: the links are the
 * flows' own. Belongs to the endpoint's loop.
 */
final class BySilence {

    private final Place end = new Place(null);

    /** Its visitor has sent. */
    void sent(Place place) {
        place.leave();
        place.before = end.before;
        place.after = end;
        end.before.after = place;
        end.before = place;
    }

    /** Null if there is none. */
    @Nullable
    Flow first() {
        return end.after.flow;
    }

    /** Where a flow is; nowhere, if its neighbours are itself. */
    static final class Place {

        private final @Nullable Flow flow;
        private Place before;
        private Place after;

        Place(@Nullable Flow flow) {
            this.flow = flow;
            before = this;
            after = this;
        }

        void leave() {
            before.after = after;
            after.before = before;
            before = this;
            after = this;
        }
    }
}
