package dev.quiesce.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.stream.Stream;

/** Looks at real server processes from outside. */
final class Servers {
    private Servers() {}

    static Path dataFolder(EmbeddedMariaDb server) throws SQLException {
        try (Connection connection = TestServer.root(server, "");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT @@datadir")) {
            result.next();
            return Path.of(result.getString(1));
        }
    }

    static ProcessHandle process(EmbeddedMariaDb server) throws SQLException, IOException {
        String pid = Files.readString(dataFolder(server).resolve("mariadb.pid")).strip();
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    static Optional<ProcessHandle> on(Path folder) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().arguments().stream()
                        .flatMap(Stream::of)
                        .anyMatch(argument -> argument.startsWith("--datadir=" + folder)))
                .findFirst();
    }

    static boolean answers(EmbeddedMariaDb server) {
        return answers(server.jdbcUrl(""));
    }

    static boolean answers(String url) {
        try (Connection connection = java.sql.DriverManager.getConnection(url, "root", "")) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    static void signal(String signal, long target) throws IOException, InterruptedException {
        int exitCode = new ProcessBuilder("kill", "-" + signal, "--", Long.toString(target))
                .inheritIO()
                .start()
                .waitFor();
        if (exitCode != 0) {
            throw new IOException("kill -" + signal + " " + target + ": exit code " + exitCode);
        }
    }
}
