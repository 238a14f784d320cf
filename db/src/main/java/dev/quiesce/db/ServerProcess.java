package dev.quiesce.db;

import dev.quiesce.lifecycle.Deadline;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.mariadb.jdbc.Driver;

/** A running MariaDB server. Thread-safe. */
final class ServerProcess {
    /** Long enough for the recovery of a data folder whose server has been killed. */
    static final Duration LONGEST_START = Duration.ofSeconds(60);

    private static final Duration LONGEST_CONNECT = Duration.ofSeconds(2);
    private static final Duration QUICK_END = Duration.ofSeconds(5);
    /** Only a process that hangs in the kernel, on a dead disk for instance, outlives its being killed by more. */
    private static final Duration LONGEST_KILL = Duration.ofSeconds(5);

    private static final Duration POLL = Duration.ofMillis(10);

    private final Process process;
    private final DataFolder folder;
    private final int port;

    private ServerProcess(Process process, DataFolder folder, int port) {
        this.process = process;
        this.folder = folder;
        this.port = port;
    }

    /**
     * Returns the command that runs a server.
     *
     * @throws IOException if the port is taken
     */
    static List<String> command(ServerBinaries binaries, DataFolder folder, ServerPort port)
            throws IOException, InterruptedException {
        port.refuseIfTaken();
        List<String> command = new ArrayList<>(detached());
        command.addAll(List.of(binaries.server().toString(), "--no-defaults"));
        if (binaries.home() != null) {
            command.add("--basedir=" + binaries.home());
            command.add("--lc-messages-dir=" + binaries.home().resolve("share"));
        }
        command.addAll(List.of(
                "--datadir=" + folder.data(),
                "--bind-address=127.0.0.1",
                "--port=" + port.number(),
                // Relative to the data folder: an absolute path may exceed the 107 bytes that a socket's name can have.
                "--socket=mariadb.sock",
                "--pid-file=mariadb.pid",
                "--skip-name-resolve",
                "--character-set-server=utf8mb4",
                "--performance-schema=OFF",
                "--innodb-buffer-pool-size=32M",
                "--innodb-temp-data-file-path=ibtmp1:1M:autoextend"));
        command.addAll(DataFolder.LAYOUT);
        command.addAll(DataFolder.userOption(folder.data()));
        return command;
    }

    /**
     * Starts a server and does not wait until it is ready. It is asked to stop when the calling thread ends, even if that
     * is because this process is killed, where the system's {@code setpriv} can arrange that.
     *
     * @throws IOException if the program cannot be run
     */
    static ServerProcess launch(List<String> command, DataFolder folder, int port) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(folder.log().toFile())
                .start();
        return new ServerProcess(process, folder, port);
    }

    /**
     * Waits until the server answers, and creates the databases that are missing.
     *
     * @throws IOException if the server ends, or has not answered everything in time; the message says why
     */
    void awaitReady(List<String> databases, Duration longest) throws IOException, InterruptedException, SQLException {
        Deadline end = Deadline.after(longest);
        while (true) {
            if (!process.isAlive()) {
                throw new IOException("embedded MariaDB: the server ended with exit code " + process.exitValue()
                        + " while it started: " + ServerLog.explain(folder.log()));
            }
            try (Connection connection = connect(end)) {
                create(databases, connection);
                return;
            } catch (SQLException e) {
                boolean answered = e.getErrorCode() > 0;
                if (answered) {
                    throw new SQLException(
                            "embedded MariaDB: the server on port " + port + " says: " + e.getMessage(), e);
                }
                if (end.isExpired()) {
                    throw new IOException(
                            "embedded MariaDB: the server does not answer on port " + port + " after "
                                    + longest.toSeconds() + " s: " + ServerLog.explain(folder.log()),
                            e);
                }
            }
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
    }

    /** Asks the server to stop in good order. */
    void terminate() {
        process.destroy();
    }

    /** Ends the server at once; its next start on the same data recovers. */
    void kill() {
        process.destroyForcibly();
    }

    /** Waits until the server has ended by itself or on request, and returns its exit code. */
    int await() throws InterruptedException {
        return process.waitFor();
    }

    /** Ends the server if it still runs, in good order if that is quick; takes 10 s at most. */
    void end() throws InterruptedException {
        process.destroy();
        try {
            process.waitFor(QUICK_END.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            process.destroyForcibly();
        }
        if (!process.waitFor(LONGEST_KILL.toMillis(), TimeUnit.MILLISECONDS)) {
            EmbeddedMariaDb.LOG.error(
                    "The MariaDB server {} on port {} was killed and has not ended within {} s: is its disk well?",
                    process.pid(),
                    port,
                    LONGEST_KILL.toSeconds());
        }
    }

    String explain() {
        return ServerLog.explain(folder.log());
    }

    /** A server that stops answering at any moment is noticed when the time is up. */
    private Connection connect(Deadline end) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", EmbeddedMariaDb.USER);
        properties.setProperty("sslMode", "disable");
        properties.setProperty("connectTimeout", timeout(end.atMost(LONGEST_CONNECT)));
        properties.setProperty("socketTimeout", timeout(end));
        return new Driver().connect("jdbc:mariadb://127.0.0.1:" + port + "/", properties);
    }

    /** Returns the time left in milliseconds, where 0 would mean no limit. */
    private static String timeout(Deadline end) {
        return Long.toString(Math.max(1, end.remaining(TimeUnit.MILLISECONDS)));
    }

    private void create(List<String> databases, Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet dataFolder = statement.executeQuery("SELECT @@datadir")) {
                dataFolder.next();
                if (!Path.of(dataFolder.getString(1)).equals(folder.data())) {
                    throw new SQLException(
                            "embedded MariaDB: another server answers on port " + port + "; choose another port",
                            "08000",
                            1);
                }
            }
            for (String database : databases) {
                statement.execute("CREATE DATABASE IF NOT EXISTS `" + database + "`");
            }
        }
    }

    /**
     * Returns what to put before a command so that it has a session of its own, where no Ctrl-C of a terminal reaches it,
     * and so that it is asked to stop when the thread that started it is gone.
     */
    private static List<String> detached() throws InterruptedException {
        List<String> prefix = new ArrayList<>();
        for (List<String> wrapper : List.of(List.of("setsid"), List.of("setpriv", "--pdeathsig", "TERM"))) {
            List<String> trial = new ArrayList<>(wrapper);
            trial.add("true");
            try {
                Programs.output(trial);
                prefix.addAll(wrapper);
            } catch (IOException e) {
                EmbeddedMariaDb.LOG.debug("The server runs without {}: {}", wrapper.get(0), e.getMessage());
            }
        }
        return prefix;
    }
}
