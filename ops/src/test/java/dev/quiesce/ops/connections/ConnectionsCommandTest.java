package dev.quiesce.ops.connections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.db.EmbeddedConfig;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.db.MariaDbPool;
import dev.quiesce.db.PoolConfig;
import dev.quiesce.db.RealMarks;
import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.process.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real server with pools that live, one that does not, and somebody else's connections of the same user. */
@Tag("slow")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConnectionsCommandTest {
    private static final String USER = "board";
    private static final String PASSWORD = "s3cret-Of-The-Test";
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int SIZE = 2;
    private static final EmbeddedMariaDb SERVER = new EmbeddedMariaDb(EmbeddedConfig.temporary("board"));

    @TempDir
    private Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private @Nullable Process process;
    private @Nullable MariaDbPool pool;

    @BeforeAll
    static void startServer() throws Exception {
        SERVER.start();
        root("create user board identified by '" + PASSWORD + "'");
        root("grant all on board.* to board");
        root("create table board.counter (value int) engine = InnoDB");
    }

    @AfterAll
    static void stopServer() throws Exception {
        SERVER.stop(Deadline.after(SOON));
    }

    @BeforeEach
    void fillTable() throws SQLException {
        root("delete from board.counter");
        root("insert into board.counter values (1)");
    }

    @AfterEach
    void closeAll() throws Exception {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
        if (pool != null) {
            pool.stop(Deadline.after(SOON));
        }
        for (AutoCloseable each : open) {
            each.close();
        }
        root("kill user board");
        await().atMost(SOON).until(() -> ids("user = 'board'").isEmpty());
    }

    @Test
    void marks_areThoseOfThePools() throws Exception {
        Connection holder = connect();
        Connection tagged = connect();
        RealMarks real = new RealMarks(holder, USER);
        assertThat(real.claim(RealMarks.NUMBERS - 1)).isTrue();
        assertThat(real.tag(tagged, RealMarks.NUMBERS - 1)).isTrue();

        Map<Long, Marks.Mark> seen = new Marks(connect(), Marks.scopeOf(USER)).all(USER);

        Marks.Mark mark = new Marks.Mark(RealMarks.NUMBERS - 1, true);
        assertThat(seen).isEqualTo(Map.of(id(holder), mark, id(tagged), mark));
        assertThat(new Marks(connect(), Marks.scopeOf(USER)).claim(RealMarks.NUMBERS - 1))
                .isFalse();
        assertThat(Marks.NUMBERS).isEqualTo(RealMarks.NUMBERS);
        assertThat(Marks.scopeOf("söme-user")).isEqualTo(RealMarks.scopeOf("söme-user"));

        holder.close();
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(new Marks(connect(), Marks.scopeOf(USER)).all(USER))
                        .isEqualTo(Map.of(id(tagged), new Marks.Mark(RealMarks.NUMBERS - 1, false))));
        Marks ours = new Marks(connect(), Marks.scopeOf(USER));
        assertThat(ours.claim(RealMarks.NUMBERS - 1)).isTrue();
        assertThat(real(connect()).claim(RealMarks.NUMBERS - 1)).isFalse();
        ours.release(RealMarks.NUMBERS - 1);
        assertThat(real(connect()).claim(RealMarks.NUMBERS - 1)).isTrue();
    }

    @Test
    void connections_areCountedByServiceInstanceHostAndState() throws Exception {
        startSibling();
        connect();

        // The server may still be about to end a connection that has been closed.
        await().atMost(SOON).untilAsserted(() -> {
            Said said = run(null, "--user", "root");
            assertThat(said.code()).isEqualTo(ExitCode.OK.code());
            assertThat(said.out()).startsWith("5 of 151 connections are taken, this one included\n");
            assertThat(said.out()).containsPattern("board +pool \\d+ +live +\\S+ +Sleep +3 ");
            assertThat(said.out()).containsPattern("board +- +unknown +\\S+ +Sleep +1 ");
            Map<String, Object> json = run(null, "--user", "root", "--json").json();
            assertThat(json).containsEntry("connections", 5).containsEntry("maxConnections", 151);
            assertThat(((List<?>) json.get("groups"))).hasSize(2);
        });
    }

    @Test
    void longQueries_andWhoBlocksWhom_areShown_withoutTheValuesInThem() throws Exception {
        startProcess();
        Connection waiting = connect();
        CompletableFuture<Void> update =
                CompletableFuture.runAsync(() -> execute(waiting, "update counter set value = 4711"));
        // The tables of InnoDB are refreshed ten times a second only, and not while somebody looks.
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(300))
                .until(() -> run(null, "--user", "root").out().contains("BLOCKED BY"));

        Said said = run(null, "--user", "root");

        assertThat(said.out())
                .contains("select sleep(?), ?", "update counter set value = ?")
                .containsPattern("board - \\(\\d+, Query\\) +\\d+ s +board pool \\d+ \\(\\d+, Sleep\\) +\\d+ s old")
                .doesNotContain("a secret", "4711");
        process.destroyForcibly();
        assertThat(update).succeedsWithin(SOON);
    }

    @Test
    void userWithoutPrivilege_isTold_whatItDoesNotSee() throws Exception {
        open.add(DriverManager.getConnection(SERVER.jdbcUrl(""), "root", ""));

        Said said = run(null, "--user", USER);

        assertThat(said.code()).isEqualTo(ExitCode.OK.code());
        assertThat(said.out())
                .contains("not shown: connections of other users: this one sees its own only; grant it PROCESS")
                .contains("not shown: who waits for whose lock: grant PROCESS");
    }

    @Test
    void userWithoutPrivilege_whoWantsOrphansEnded_isToldThatItDoesNotSeeThoseOfOthers() throws Exception {
        open.add(DriverManager.getConnection(SERVER.jdbcUrl(""), "root", ""));
        String hidden = "connections of other users: this one sees its own only; grant it PROCESS";

        Said said = run(null, "--user", USER, "--kill-orphans", "--yes");
        Said json = run(null, "--user", USER, "--kill-orphans", "--yes", "--json");

        assertThat(said.out()).startsWith("no connection ended\nnot shown: " + hidden + "\n");
        assertThat(json.json().get("notShown"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .contains(hidden);
        assertThat(run(null, "--user", "root", "--kill-orphans", "--yes", "--json")
                        .json())
                .containsEntry("notShown", List.of());
    }

    @Test
    void watch_showsWhatChanges_andEndsAfterItsCount() throws Exception {
        CompletableFuture<Said> watching =
                CompletableFuture.supplyAsync(() -> run(null, "--user", "root", "--watch", "1", "--count", "4"));
        await().atMost(SOON)
                .until(() -> !ids("user = 'root' and command = 'Sleep'").isEmpty());
        connect();
        connect();

        Said said = watching.get();

        assertThat(said.code()).isEqualTo(ExitCode.OK.code());
        assertThat(said.out().lines().filter(line -> line.matches("\\d\\d:\\d\\d(:\\d\\d)?  \\d+ of 151 .*")))
                .hasSize(3);
        assertThat(said.out()).contains("board - (unknown) ");
    }

    @Test
    void orphansOfAProcessThatIsStopped_areEnded_andNobodyElseIsTouched() throws Exception {
        startSibling();
        Connection foreign = connect();
        execute(foreign, "select get_lock('of another application', 0)");
        List<Long> survivors = ids("user = 'board'");
        startProcess();
        // The server cannot tell this from a host that has vanished: neither says a word, nor that it has gone.
        signal("STOP");
        await().atMost(SOON).until(() -> silent() == 3);

        Said refused = run(null, "--user", "root", "--kill-orphans");
        Said declined = run(question -> false, "--user", "root", "--kill-orphans");

        assertThat(refused.code()).isEqualTo(ExitCode.USAGE.code());
        assertThat(refused.err()).contains("there is no terminal; add --yes");
        assertThat(declined.code()).isEqualTo(ExitCode.REFUSED.code());
        assertThat(silent()).isEqualTo(3);

        List<String> questions = new ArrayList<>();
        Said said = run(questions::add, "--user", "root", "--kill-orphans", "--silent-for", "2");

        assertThat(questions).hasSize(1);
        assertThat(questions.get(0))
                .contains("select sleep(?), ?")
                .endsWith("End these connections, of 1 pool, if it stays silent for 2 s? [y/N] ");
        assertThat(said.code()).isEqualTo(ExitCode.OK.code());
        assertThat(said.out().lines().filter(line -> line.startsWith("ended "))).hasSize(3);
        assertThat(said.out()).endsWith("3 connections ended\n");
        await().atMost(SOON).until(() -> ids("user = 'board'").equals(survivors));
        assertThat(foreign.isValid(1)).isTrue();
        execute(foreign, "update counter set value = value + 1");
    }

    @Test
    void queryOfAKilledProcess_isEnded_byItsOwnUserToo() throws Exception {
        startProcess();
        process.destroyForcibly().waitFor();
        await().atMost(SOON).until(() -> silent() == 1);

        Said said = run(null, "--user", USER, "--kill-orphans", "--yes", "--silent-for", "1", "--json");

        Map<String, Object> json = said.json();
        assertThat(said.code()).isEqualTo(ExitCode.OK.code());
        assertThat((List<?>) json.get("ended")).hasSize(1);
        assertThat(((Map<?, ?>) ((List<?>) json.get("ended")).get(0)).get("statement"))
                .isEqualTo("select sleep(?), ?");
        await().atMost(SOON).until(() -> ids("user = 'board'").isEmpty());
    }

    @Test
    void poolThatComesBack_isLeftAlone() throws Exception {
        startProcess();
        signal("STOP");
        await().atMost(SOON).until(() -> silent() == 3);

        Said said = run(this::continues, "--user", "root", "--kill-orphans", "--silent-for", "8");

        assertThat(said.code()).isEqualTo(ExitCode.OK.code());
        assertThat(said.out())
                .matches(
                        "left alone: pool \\d+ of board, which has shown that it lives, or has gone\nno connection ended\n");
        assertThat(ids("user = 'board' and info like 'select sleep%'")).hasSize(1);
    }

    @Test
    void withoutOrphans_nothingIsAsked_andNothingEnded() throws Exception {
        startSibling();
        List<Long> before = ids("user = 'board'");

        Said said = run(
                question -> {
                    throw new AssertionError(question);
                },
                "--user",
                "root",
                "--kill-orphans");

        assertThat(said).isEqualTo(new Said(ExitCode.OK.code(), "no connection ended\n", ""));
        assertThat(ids("user = 'board'")).isEqualTo(before);
    }

    @Test
    void wrongPassword_orNoServer_isOneLine_withoutThePassword() throws IOException {
        Path file = Files.writeString(folder.resolve("password"), "wr0ng\n");

        Said said = run(null, "--user", USER, "--password-file", file.toString());

        assertThat(said.code()).isEqualTo(ExitCode.UNAVAILABLE.code());
        assertThat(said.err()).contains("as board", "Access denied").doesNotContain("wr0ng");
        assertThat(runAt("jdbc:mariadb://127.0.0.1:1/", null, "--user", USER).code())
                .isEqualTo(ExitCode.UNAVAILABLE.code());
        assertThat(runAt("jdbc:mariadb://127.0.0.1/?password=wr0ng", null, "--user", USER))
                .satisfies(bad -> assertThat(bad.code()).isEqualTo(ExitCode.USAGE.code()))
                .satisfies(bad -> assertThat(bad.err()).doesNotContain("wr0ng"));
    }

    private static RealMarks real(Connection connection) {
        return new RealMarks(connection, USER);
    }

    /** A pool that shows that it lives, and does not look after others soon. */
    private void startSibling() throws Exception {
        pool = new MariaDbPool(PoolConfig.of("main", SERVER.jdbcUrl("board"), USER, PASSWORD)
                .withSize(SIZE)
                .withOrphansAfter(Duration.ofHours(1)));
        pool.start();
    }

    private void startProcess() throws Exception {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        PoolProcess.class.getName(),
                        SERVER.jdbcUrl("board"),
                        USER,
                        PASSWORD)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        await().atMost(SOON)
                .until(() -> ids("user = 'board' and info like 'select sleep%'").size() == 1);
    }

    private void signal(String signal) throws InterruptedException {
        Program.run(SOON, List.of("kill", "-" + signal, Long.toString(process.pid())))
                .orFail();
    }

    /** Lets the process go on while somebody thinks about the question. */
    private boolean continues(String question) {
        try {
            signal("CONT");
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long silent() throws Exception {
        try (Server server = Server.connect(SERVER.jdbcUrl(""), "root", "")) {
            return Orphans.candidates(server.look()).size();
        }
    }

    private Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection(SERVER.jdbcUrl("board"), USER, PASSWORD);
        open.add(connection);
        return connection;
    }

    private static long id(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select connection_id()")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static void execute(Connection connection, String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void root(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(SERVER.jdbcUrl(""), "root", "")) {
            execute(connection, sql);
        }
    }

    private static List<Long> ids(String condition) throws SQLException {
        List<Long> ids = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(SERVER.jdbcUrl(""), "root", "");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select id from information_schema.processlist where "
                        + condition + " and id <> connection_id() order by id")) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
        }
        return ids;
    }

    private static Said run(@Nullable Predicate<String> person, String... options) {
        return runAt(SERVER.jdbcUrl(""), person, options);
    }

    private static Said runAt(String url, @Nullable Predicate<String> person, String... options) {
        return Said.by(url, List.of(options).contains("root") ? "" : PASSWORD, person, options);
    }
}
