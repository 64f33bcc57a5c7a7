package dev.culvert.plugin.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ReceiveAllowanceTest {

    @Test
    void aSessionTakesNoMoreThanItsOwn() {
        ReceiveAllowance allowance = new ReceiveAllowance(100, new AtomicLong(10_000));

        assertThat(allowance.take(60)).isEqualTo(60);
        assertThat(allowance.take(60)).isEqualTo(40);
        assertThat(allowance.take(60)).isZero();

        allowance.giveBack(50);
        assertThat(allowance.take(60)).isEqualTo(50);
    }

    @Test
    void sessionsTogetherTakeNoMoreThanTheProcessHasAndEachLeavesSomething() {
        AtomicLong process = new AtomicLong(1000);
        ReceiveAllowance greedy = new ReceiveAllowance(Long.MAX_VALUE, process);
        ReceiveAllowance other = new ReceiveAllowance(Long.MAX_VALUE, process);

        assertThat(greedy.take(5000)).isEqualTo(500);
        assertThat(other.take(5000)).isEqualTo(250);
        assertThat(greedy.take(100)).isEqualTo(100);
        assertThat(process).hasValue(150);

        greedy.giveBack(600);
        assertThat(other.take(5000)).isEqualTo(375);
    }
}
