package dev.culvert.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.engine.bridge.RateLimits;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.Rights;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AccountUseTest {

    private final AccountUse use = new AccountUse("alice");

    @Test
    void anEndpointThatTwoSessionsServeIsOneTunnel() {
        Rights two = Rights.ALL.withTunnels(2);
        use.enterTunnel("tcp://:1", two);
        use.enterTunnel("tcp://:1", two);
        use.enterTunnel("tcp://:2", two);

        assertThatThrownBy(() -> use.enterTunnel("tcp://:3", two))
                .isInstanceOf(CulvertException.class)
                .hasMessageStartingWith("CLV-3015");
        use.leaveTunnel("tcp://:1");
        assertThatThrownBy(() -> use.enterTunnel("tcp://:3", two)).hasMessageStartingWith("CLV-3015");
        use.leaveTunnel("tcp://:1");
        use.enterTunnel("tcp://:3", two);
    }

    @Test
    void aRefusedStreamIsNotCounted() {
        Rights one = Rights.ALL.withStreams(1);
        use.enterStream(one);
        assertThatThrownBy(() -> use.enterStream(one)).hasMessageStartingWith("CLV-3016");
        assertThat(use.streams()).isOne();
        use.leaveStream();
        use.enterStream(one);
    }

    @Test
    void oneBandwidthIsOneBucket() {
        Rights slow = Rights.ALL.withBandwidth(DataSize.ofKibibytes(64));

        assertThat(use.rates(slow)).isSameAs(use.rates(slow.withStreams(3)));
        assertThat(use.rates(Rights.ALL)).isSameAs(RateLimits.NONE);
    }

    @Test
    void anAccountHasNoMoreSessionsThanItsRightsPermit() {
        Accounts accounts = new Accounts();
        Rights two = Rights.ALL.withSessions(2);
        AccountUse use = accounts.enter("bob", two);
        accounts.enter("bob", two);

        assertThatThrownBy(() -> accounts.enter("bob", two))
                .hasMessageStartingWith("CLV-3019: account \"bob\" has 2 sessions (expected: at most 2).");
        accounts.enter("alice", two);
        accounts.leave(use);
        assertThat(accounts.enter("bob", two)).isSameAs(use);
    }

    @Test
    void anAccountWithoutSessionsIsForgotten() {
        Accounts accounts = new Accounts();
        AccountUse first = accounts.enter("bob", Rights.ALL);
        assertThat(accounts.enter("bob", Rights.ALL)).isSameAs(first);
        accounts.leave(first);
        assertThat(accounts.size()).isOne();
        accounts.leave(first);
        assertThat(accounts.size()).isZero();
    }

    @Test
    void whatAClientSaysOfNetworksIsCheckedHere() {
        assertThat(TunnelAccess.of(Map.of("port", 1)).isAll()).isTrue();
        assertThat(TunnelAccess.of(Map.of("deny", List.of("10.0.0.0/8"))).deny())
                .hasSize(1);
        for (Object wrong : List.of(
                "10.0.0.0/8", List.of("10.0.0.0/99"), List.of(7), java.util.Collections.nCopies(300, "10.0.0.0/8"))) {
            assertThatThrownBy(() -> TunnelAccess.of(Map.of("allow", wrong)))
                    .isInstanceOf(CulvertException.class)
                    .hasMessageStartingWith("CLV-3002");
        }
    }
}
