package dev.quiesce.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.web.testing.SocketIoClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who is said to watch the board, after the service that they were connected to was killed. */
@Timeout(120)
@ExtendWith(ServiceDatabase.Extension.class)
class DeadSocketsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /** An instance shows at least every 2.5 s that it lives, so that its lease of 10 s cannot end sooner after its death. */
    private static final Duration SHORTEST_LEASE = Duration.ofMillis(7500);

    private final ServiceDatabase database;

    DeadSocketsIT(ServiceDatabase database) {
        this.database = database;
    }

    private RunningService start() throws Exception {
        return RunningService.ready(database.environment(), Map.of());
    }

    @Test
    void socketsOfAKilledInstance_countAsGone_beforeItsLeaseEnds_andThoseOfItsSiblingStay() throws Exception {
        try (RunningService sibling = start();
                RunningService killed = start();
                SocketIoClient bert = join(sibling, "bert");
                SocketIoClient anna = join(killed, "anna")) {
            for (SocketIoClient each : List.of(anna, bert)) {
                await().atMost(PATIENCE).until(() -> watchers(each).equals(List.of("anna", "bert")));
            }

            killed.process().signal("KILL");
            killed.process().awaitExit(PATIENCE);

            await().atMost(SHORTEST_LEASE).until(() -> present("anna").isEmpty());
            assertThat(present("bert")).hasSize(1);
            await().atMost(PATIENCE).until(() -> watchers(bert).equals(List.of("bert")));
            assertThat(sibling.log("An")).contains("An instance has ended without a word: its 1 sockets count as gone");
        }
    }

    private List<String> present(String user) throws Exception {
        return database.column("select id from socket_session where gone is null and user_name = '" + user + "'");
    }

    private static Object watchers(SocketIoClient client) throws Exception {
        return client.ask("present", "").get("names");
    }

    private static SocketIoClient join(RunningService service, String name) throws Exception {
        return SocketIoClient.signIn(service.client(), service.http("/"), name);
    }
}
