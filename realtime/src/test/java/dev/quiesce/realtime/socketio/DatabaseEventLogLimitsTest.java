package dev.quiesce.realtime.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.db.MariaDbPool;
import dev.quiesce.lifecycle.Deadline;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A log in a database that takes statements of one MiB, and not more. */
@Timeout(60)
class DatabaseEventLogLimitsTest {
    private static final int LARGEST_STATEMENT = 1_048_576;

    @RegisterExtension
    private static final LogDatabase database = new LogDatabase();

    private MariaDbPool pool;
    private Instance instance;

    @AfterEach
    void stop() throws Exception {
        if (instance != null) {
            instance.stop();
        }
        pool.stop(Deadline.after(Duration.ofSeconds(10)));
    }

    /** Connections have the limit that the server has when they are made. */
    private void limit(int largestStatement) throws Exception {
        database.execute("set global max_allowed_packet = " + largestStatement);
        pool = database.newPool();
        pool.start();
    }

    private Instance start(FaultyDataSource source, Consumer<Namespace> set) throws Exception {
        DatabaseEventLog log = new DatabaseEventLog(source.dataSource(), DatabaseEventLogConfig.defaults());
        instance = new Instance(SocketIoConfig.defaults(), log, set);
        return instance;
    }

    @Test
    void anEventThatTheServerNeverTakes_isRefused_andHoldsUpNoOther() throws Exception {
        limit(LARGEST_STATEMENT);
        BroadcastOperator all =
                start(new FaultyDataSource(pool.dataSource()), main -> {}).main.all();

        assertThatThrownBy(() -> all.emit("large", "x".repeat(1_048_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("an event of 1048016 bytes is more than the database takes")
                .hasMessageContaining("max_allowed_packet");
        assertThatThrownBy(() -> all.to("x".repeat(1_048_000)).emit("far")).hasMessageContaining("max_allowed_packet");
        all.asVolatile().emit("large", "x".repeat(1_048_000));
        all.emit("largest", "x".repeat(LARGEST_STATEMENT - 8192 - 18));
        assertThatThrownBy(() -> all.emit("quoted", "\"".repeat(261_000))).hasMessageStartingWith("an event of 10440");
        all.emit("largest of quotes", "\"".repeat(260_000));
        all.emit("small");

        await().until(() -> database.number("select count(*) from socket_event") == 3);
    }

    @Test
    void manyEventsThatWait_areMoreThanOneStatement_andAreAllKept() throws Exception {
        limit(LARGEST_STATEMENT);
        FaultyDataSource faulty = new FaultyDataSource(pool.dataSource());
        BroadcastOperator all = start(faulty, main -> {}).main.all();
        faulty.down = true;
        for (int i = 0; i < 40; i++) {
            all.emit("many", "\u00e4".repeat(100_000));
        }
        faulty.down = false;

        await().until(() -> database.number("select count(*) from socket_event") == 40);
    }

    @Test
    void manySocketsWithMuchThatIsKept_areKeptAtOnce() throws Exception {
        limit(LARGEST_STATEMENT);
        FaultyDataSource faulty = new FaultyDataSource(pool.dataSource());
        start(faulty, main -> main.use(client -> client.put("much", "x".repeat(60_000))));
        for (int i = 0; i < 40; i++) {
            IoClient.joined(instance.port());
        }
        faulty.down = true;
        for (IoSocket socket : instance.main.sockets()) {
            socket.put("much", "y".repeat(60_000));
        }
        faulty.down = false;

        await().until(() -> database.number("select count(*) from socket_session where data like '%yyy%'") == 40);
    }

    @Test
    void aServerThatTakesTooLittle_failsTheStart_andSaysWhatToDo() throws Exception {
        limit(LARGEST_STATEMENT / 2);

        assertThatThrownBy(() -> start(new FaultyDataSource(pool.dataSource()), main -> {}))
                .hasMessageContaining("set its max_allowed_packet to 1048576 or more");
        assertThat(instance).isNull();
    }
}
