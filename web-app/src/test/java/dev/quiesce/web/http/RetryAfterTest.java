package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RetryAfterTest {
    private static final int CLIENTS = 1000;

    @Test
    void clientsComeBackAtDifferentTimes() {
        Set<Integer> told = new TreeSet<>();
        for (int i = 0; i < CLIENTS; i++) {
            told.add(RetryAfter.seconds());
        }

        assertThat(told).containsExactly(1, 2, 3, 4, 5, 6);
    }
}
