package dev.quiesce.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmbeddedMariaDbTest {
    private static final Duration STOP = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    private final List<EmbeddedMariaDb> created = new ArrayList<>();

    @AfterEach
    void tearDown() throws Exception {
        for (EmbeddedMariaDb server : created) {
            server.stop(Deadline.after(STOP));
        }
    }

    @Test
    void portAndUrl_areKnownBeforeTheStart() {
        EmbeddedMariaDb server = server(EmbeddedConfig.temporary());

        assertThat(server.port()).isBetween(1, 65535);
        assertThat(server.jdbcUrl("main"))
                .isEqualTo("jdbc:mariadb://127.0.0.1:" + server.port() + "/main?sslMode=disable");
        assertThat(Servers.answers(server)).isFalse();
    }

    @Test
    void start_createsTheDatabases() throws Exception {
        EmbeddedMariaDb server = started(EmbeddedConfig.temporary("main", "d4"));

        try (Connection main = TestServer.root(server, "main");
                Connection d4 = TestServer.root(server, "d4");
                Statement statement = main.createStatement();
                ResultSet charset = statement.executeQuery("SELECT @@character_set_database")) {
            assertThat(d4.isValid(1)).isTrue();
            charset.next();
            assertThat(charset.getString(1)).isEqualTo("utf8mb4");
        }
    }

    @Test
    void temporaryData_isGoneAfterTheStop() throws Exception {
        EmbeddedMariaDb server = started(EmbeddedConfig.temporary());
        Path data = Servers.dataFolder(server);
        assertThat(data).exists();

        server.stop(Deadline.after(STOP));

        assertThat(data.getParent()).doesNotExist();
        assertThat(Servers.on(data)).isEmpty();
    }

    @Test
    void temporaryDataOfAKilledProcess_isDeletedByTheNextStart() throws Exception {
        Path abandoned = Files.createTempDirectory("quiesce-mariadb-");
        Files.createDirectory(abandoned.resolve("data"));
        Path lock = Files.createFile(abandoned.resolve(FolderLock.FILE));
        Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minusSeconds(120)));

        EmbeddedMariaDb server = started(EmbeddedConfig.temporary());

        assertThat(abandoned).doesNotExist();
        assertThat(Servers.answers(server)).isTrue();
    }

    @Test
    void data_survivesARestart_whichTakesLessThanTwoSeconds() throws Exception {
        EmbeddedMariaDb first = started(EmbeddedConfig.at(folder, "main"));
        execute(first, "CREATE TABLE kept (id INT)");
        first.stop(Deadline.after(STOP));

        long begin = System.nanoTime();
        EmbeddedMariaDb second = started(EmbeddedConfig.at(folder, "main"));
        Duration took = Duration.ofNanos(System.nanoTime() - begin);

        execute(second, "INSERT INTO kept VALUES (1)");
        assertThat(took).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void stop_isAnOrderlyShutdown() throws Exception {
        EmbeddedMariaDb server = started(EmbeddedConfig.at(folder));

        server.stop(Deadline.after(STOP));

        assertThat(folder.resolve("server.log")).content().contains("Shutdown complete");
        assertThat(folder.resolve("data/mariadb.pid")).doesNotExist();
    }

    @Test
    void dataFolderInUse_isRefused() throws Exception {
        EmbeddedMariaDb server = started(EmbeddedConfig.at(folder));

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> started(EmbeddedConfig.at(folder)))
                .withMessage("embedded MariaDB: the data folder " + folder
                        + " is in use by another server; stop that one or name another folder");
        assertThat(Servers.answers(server)).isTrue();
    }

    @Test
    void dataFolderThatHoldsSomethingElse_isRefusedAndLeftAlone() throws Exception {
        Path photo = Files.writeString(folder.resolve("photo.jpg"), "mine");

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> started(EmbeddedConfig.at(folder)))
                .withMessage("embedded MariaDB: the data folder " + folder
                        + " holds something else; name a folder that is empty or does not exist");
        assertThat(folder).isDirectoryContaining(photo::equals).isDirectoryNotContaining(file -> !file.equals(photo));
    }

    @Test
    void portTaken_isRefusedAndLeavesTheFolderFree() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> started(EmbeddedConfig.at(folder).withPort(taken.getLocalPort())))
                    .withMessage("embedded MariaDB: port " + taken.getLocalPort() + " on 127.0.0.1 is taken; stop what"
                            + " listens there or choose another port (0 for a free one)");
        }
        assertThat(Servers.answers(started(EmbeddedConfig.at(folder)))).isTrue();
    }

    @Test
    void pickedPortTakenMeanwhile_isRefusedAndSaysThatItWasPicked() throws Exception {
        EmbeddedMariaDb server = server(EmbeddedConfig.at(folder));
        try (ServerSocket taken = new ServerSocket(server.port(), 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(server::start)
                    .withMessage("embedded MariaDB: the free port " + taken.getLocalPort()
                            + " that was picked on 127.0.0.1 was taken meanwhile; start again");
        }
    }

    @Test
    void serverThatStopsAnsweringWhileADatabaseIsCreated_isGivenUpWhenTheTimeIsUp() throws Exception {
        EmbeddedMariaDb bystander = server(EmbeddedConfig.temporary());
        ServerPort port = new ServerPort(bystander.port(), true);
        Cache cache = new Cache(EmbeddedConfig.temporary().cacheFolder());
        ServerBinaries binaries = ServerBinaries.bundled(cache);
        try (DataFolder data = DataFolder.at(folder)) {
            data.prepare(binaries, cache);
            ServerProcess process =
                    ServerProcess.launch(ServerProcess.command(binaries, data, port), data, port.number());
            try {
                process.awaitReady(List.of(), Duration.ofSeconds(30));
                try (Connection root = TestServer.root(bystander, "");
                        Statement statement = root.createStatement()) {
                    statement.execute("FLUSH TABLES WITH READ LOCK");

                    assertThatExceptionOfType(IOException.class)
                            .isThrownBy(() -> process.awaitReady(List.of("main"), Duration.ofSeconds(1)))
                            .withMessageStartingWith("embedded MariaDB: the server does not answer on port "
                                    + port.number() + " after 1 s");
                }
            } finally {
                process.end();
            }
        }
    }

    @Test
    void damagedData_failsTheStartWithTheServersOwnWords() throws Exception {
        started(EmbeddedConfig.at(folder)).stop(Deadline.after(STOP));
        Files.writeString(folder.resolve("data/ibdata1"), "damaged");

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> started(EmbeddedConfig.at(folder)))
                .withMessageMatching("(?s)embedded MariaDB: the server ended with exit code \\d+ while it started: "
                        + ".*\\[ERROR].*ibdata1.*");
        assertThat(Servers.on(folder)).isEmpty();
    }

    @Test
    void serverThatEndsByItself_isReportedAtStop() throws Exception {
        EmbeddedMariaDb server = started(EmbeddedConfig.at(folder));
        ProcessHandle process = Servers.process(server);

        Servers.signal("KILL", process.pid());
        await().until(() -> !process.isAlive() && Servers.on(folder).isEmpty());

        await().untilAsserted(() -> assertThatIllegalStateException()
                .isThrownBy(() -> server.stop(Deadline.after(STOP)))
                .withMessageStartingWith("embedded MariaDB: the server on port " + server.port()
                        + " ended by itself with exit code 137"));
    }

    @Test
    void stopThatRunsOutOfTime_killsTheServerAndSaysSo() throws Exception {
        EmbeddedMariaDb server = started(EmbeddedConfig.at(folder));
        Servers.signal("STOP", Servers.process(server).pid());

        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> server.stop(Deadline.after(Duration.ofMillis(800))))
                .withMessageContaining("did not stop in time and was killed");
        await().until(() -> Servers.on(folder).isEmpty());
    }

    @Test
    void stopThatRunsOutOfTimeBeforeAServerIsLaunched_saysThatThereIsNone() throws Exception {
        // Opening it blocks, whatever interrupts, until there is a reader.
        Path pipe = folder.resolve(FolderLock.FILE);
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        EmbeddedMariaDb server = server(EmbeddedConfig.at(folder));
        CompletableFuture<Boolean> starting = CompletableFuture.supplyAsync(() -> starts(server));
        await().until(EmbeddedMariaDbTest::someoneLocksAFolder);

        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> server.stop(Deadline.after(Duration.ofMillis(600))))
                .withMessage(
                        "embedded MariaDB: the start was still preparing its files at the deadline and goes on in a"
                                + " daemon thread; no server was launched and none will be");

        try (InputStream reader = Files.newInputStream(pipe)) {
            assertThat(starting.get(10, TimeUnit.SECONDS)).isFalse();
            assertThat(reader.read()).as("the end, as nobody has the file open").isEqualTo(-1);
        }
        assertThat(Servers.on(folder)).isEmpty();
    }

    @Test
    void stopAtAnyMomentOfTheStart_leavesNothing() throws Exception {
        Random random = new Random(20261122);
        for (int round = 0; round < 12; round++) {
            EmbeddedMariaDb server = server(EmbeddedConfig.at(folder));
            CompletableFuture<Boolean> starting = CompletableFuture.supplyAsync(() -> starts(server));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(500)));

            server.stop(Deadline.after(STOP));

            assertThat(starting).succeedsWithin(STOP);
            assertThat(Servers.on(folder)).isEmpty();
        }
        assertThat(Servers.answers(started(EmbeddedConfig.at(folder)))).isTrue();
    }

    @Test
    void interruptedStart_endsAtOnce() throws Exception {
        EmbeddedMariaDb server = server(EmbeddedConfig.at(folder));
        CompletableFuture<Exception> outcome = new CompletableFuture<>();
        Thread starter = new Thread(() -> {
            try {
                server.start();
            } catch (Exception e) {
                outcome.complete(e);
            }
        });
        starter.start();

        starter.interrupt();

        assertThat(outcome).succeedsWithin(Duration.ofSeconds(1)).isInstanceOf(InterruptedException.class);
        server.stop(Deadline.after(STOP));
        assertThat(Servers.on(folder)).isEmpty();
    }

    @Test
    void stopBeforeStart_makesAStartImpossible() throws Exception {
        EmbeddedMariaDb server = server(EmbeddedConfig.at(folder));
        server.stop(Deadline.after(Duration.ZERO));

        assertThatIllegalStateException().isThrownBy(server::start);
    }

    @Test
    void mistakesInTheConfiguration_areAllInOneMessage() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EmbeddedConfig(
                        EmbeddedConfig.Source.BUNDLED, null, 65536, folder, List.of("main", "a`b", "")))
                .withMessage("embedded MariaDB: port must be 0 to 65535, but is 65536"
                        + "; a database's name must be 1 to 64 letters, digits and '_', but is \"a`b\""
                        + "; a database's name must be 1 to 64 letters, digits and '_', but is \"\"");
    }

    private static boolean someoneLocksAFolder() {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Stream::of)
                .anyMatch(frame -> frame.getClassName().equals(FolderLock.class.getName()));
    }

    private EmbeddedMariaDb server(EmbeddedConfig config) {
        EmbeddedMariaDb server = new EmbeddedMariaDb(config);
        created.add(server);
        return server;
    }

    private EmbeddedMariaDb started(EmbeddedConfig config) throws Exception {
        EmbeddedMariaDb server = server(config);
        server.start();
        return server;
    }

    private static boolean starts(EmbeddedMariaDb server) {
        try {
            server.start();
            return true;
        } catch (Exception e) {
            return false;
        }
    }

    private static void execute(EmbeddedMariaDb server, String sql) throws Exception {
        try (Connection connection = TestServer.root(server, "main");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
