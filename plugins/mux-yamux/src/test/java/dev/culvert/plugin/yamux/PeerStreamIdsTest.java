package dev.culvert.plugin.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PeerStreamIdsTest {

    private final PeerStreamIds ids = new PeerStreamIds(true);

    @Test
    void knowsWhoseIdsAreWhose() {
        assertThat(ids.isPeers(1)).isTrue();
        assertThat(ids.isPeers(-1)).isTrue();
        assertThat(ids.isPeers(2)).isFalse();
        assertThat(ids.isPeers(0)).isFalse();
        assertThat(new PeerStreamIds(false).isPeers(2)).isTrue();
        assertThat(new PeerStreamIds(false).isPeers(0)).isFalse();
    }

    @Test
    void takesEachIdOnce() {
        assertThat(ids.use(1)).isTrue();
        assertThat(ids.use(3)).isTrue();
        assertThat(ids.use(1)).isFalse();
        assertThat(ids.use(3)).isFalse();
    }

    @Test
    void takesIdsThatOvertookEachOther() {
        assertThat(ids.use(7)).isTrue();
        assertThat(ids.use(3)).isTrue();
        assertThat(ids.use(1)).isTrue();
        assertThat(ids.use(5)).isTrue();
        assertThat(ids.use(9)).isTrue();
        assertThat(ids.use(5)).isFalse();
    }

    @Test
    void takesTheWholeRangeAndRemembersLittle() {
        assertThat(ids.use(-1)).isTrue();
        assertThat(ids.use(1)).as("skipped long ago").isFalse();
        assertThat(ids.use(-3)).isTrue();
        assertThat(ids.use(-1)).isFalse();
    }
}
