package dev.quiesce.web.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.web.testing.Databases;
import dev.quiesce.web.testing.SocketIoClient;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Databases.Provider.class)
class PresenceTest {
    private final Databases databases;
    private TestSockets sockets;

    PresenceTest(Databases databases) {
        this.databases = databases;
    }

    @BeforeEach
    void start() throws Exception {
        sockets = new TestSockets(databases.d4());
    }

    @AfterEach
    void stop() {
        sockets.close();
    }

    private static Map<String, Object> watchers(String... names) {
        return Map.of("count", names.length, "names", List.of(names));
    }

    @Test
    void everybodyWhoWatches_isToldWhoIsSignedInAndWatches() throws Exception {
        SocketIoClient guest = sockets.guest();
        sockets.signIn("bert");
        await().untilAsserted(() -> assertThat(guest.events("present")).endsWith(watchers("bert")));
        sockets.signIn("anna");
        sockets.signIn("anna");

        await().untilAsserted(() -> assertThat(guest.events("present")).endsWith(watchers("anna", "bert")));
        assertThat(sockets.guest().ask("present", Map.of())).isEqualTo(watchers("anna", "bert"));
    }

    @Test
    void whoHangsUp_isThereForTheGraceStill_andThenGone() throws Exception {
        SocketIoClient guest = sockets.guest();
        SocketIoClient bert = sockets.signIn("bert");
        await().untilAsserted(() -> assertThat(guest.events("present")).endsWith(watchers("bert")));

        bert.close();

        await().untilAsserted(() -> assertThat(guest.events("present")).endsWith(watchers()));
        assertThat(guest.events("present")).containsExactly(watchers("bert"), watchers());
    }

    @Test
    void listOfNames_isBounded() {
        TreeSet<String> users = IntStream.rangeClosed(1, 150)
                .mapToObj(number -> "user " + (1000 + number))
                .collect(Collectors.toCollection(TreeSet::new));

        Watchers watchers = Watchers.of(users);

        assertThat(watchers.count()).isEqualTo(150);
        assertThat(watchers.names()).hasSize(100).startsWith("user 1001").endsWith("user 1100");
    }
}
