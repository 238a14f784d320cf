package dev.quiesce.ops.connections;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.cli.Output;
import dev.quiesce.ops.connections.Silence.Pool;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code connections}. */
@Command(
        name = "connections",
        mixinStandardHelpOptions = true,
        description = {
            "Shows who holds MariaDB: connections per service, instance, host and state, the longest queries, and who waits for"
                    + " whose lock.",
            "Connections of a pool of Quiesce are known by their marks; so are those whose pool no longer lives."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it was shown, or what was to be ended is",
            "1:something could not be ended, or the answer was no",
            "2:the command line makes no sense, or there is nobody to ask",
            "3:the server cannot be reached"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  quiesce-ops connections --url jdbc:mariadb://127.0.0.1/ --user ops --password-file /run/secrets/ops",
            "  quiesce-ops connections --url jdbc:mariadb://127.0.0.1/ --user ops --watch 2 --count 30",
            "  quiesce-ops connections --url jdbc:mariadb://127.0.0.1/ --user ops --kill-orphans"
        })
public final class ConnectionsCommand implements Callable<Integer> {
    private static final String PASSWORD_VARIABLE = "QUIESCE_DB_PASSWORD";

    @Mixin
    private Output output = new Output();

    @Option(
            names = "--url",
            required = true,
            paramLabel = "URL",
            description = "where it is: jdbc:mariadb://HOST:PORT/")
    private String url = "";

    @Option(
            names = "--user",
            required = true,
            paramLabel = "NAME",
            description = "who to log in as; without PROCESS it sees its own connections only")
    private String user = "";

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "file with the password; by default the variable " + PASSWORD_VARIABLE + " has it")
    private @Nullable Path passwordFile;

    @Option(
            names = "--watch",
            paramLabel = "SECONDS",
            arity = "0..1",
            fallbackValue = "2",
            description = "look again and again, and show what changes; every 2 s by default. Ctrl-C ends it")
    private @Nullable Integer watch;

    @Option(names = "--count", paramLabel = "NUMBER", description = "with --watch: look so often, and end")
    private @Nullable Integer count;

    @Option(
            names = "--kill-orphans",
            description =
                    "end the connections of pools that are dead, with their queries and transactions; asks before")
    private boolean killOrphans;

    @Option(names = "--yes", description = "with --kill-orphans: do not ask")
    private boolean yes;

    @Option(
            names = "--silent-for",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "how long a pool has to be silent to be dead: at least a quarter of its orphans-after;"
                    + " default: ${DEFAULT-VALUE}")
    private int silentFor;

    private final Map<String, String> environment;
    private final @Nullable Predicate<String> person;

    /** Made by the command line. */
    public ConnectionsCommand() {
        this(System.getenv(), System.console() == null ? null : ConnectionsCommand::ask);
    }

    /**
     * Makes one for a test.
     *
     * @param person says yes or no; null if there is nobody to ask
     */
    ConnectionsCommand(Map<String, String> environment, @Nullable Predicate<String> person) {
        this.environment = environment;
        this.person = person;
    }

    @Override
    public Integer call() throws InterruptedException {
        checkOptions();
        try (Server server = Server.connect(url, user, password())) {
            if (killOrphans) {
                return end(server).code();
            }
            show(server);
            return ExitCode.OK.code();
        } catch (SQLException e) {
            throw new OpsException(
                    ExitCode.UNAVAILABLE, "the server does not answer as it should: " + e.getMessage(), e);
        }
    }

    private void checkOptions() {
        if (killOrphans && watch != null) {
            throw new OpsException(ExitCode.USAGE, "--watch and --kill-orphans: one at a time");
        }
        if (watch != null && watch < 1 || count != null && (count < 1 || watch == null)) {
            throw new OpsException(ExitCode.USAGE, "--watch and --count are 1 or more, and --count goes with --watch");
        }
        if (silentFor < 1) {
            throw new OpsException(
                    ExitCode.USAGE, "--silent-for is " + silentFor + ": a pool may be silent for a second");
        }
        if (killOrphans && !yes && (person == null || output.isJson())) {
            throw new OpsException(
                    ExitCode.USAGE, "--kill-orphans asks before it ends anything, but there is no terminal; add --yes");
        }
    }

    private void show(Server server) throws SQLException, InterruptedException {
        Snapshot before = server.look();
        Snapshot first = before;
        output.answer(Answers.map(first), () -> Answers.text(first));
        for (int i = 1; watch != null && (count == null || i < count); i++) {
            TimeUnit.SECONDS.sleep(watch);
            Snapshot last = before;
            Snapshot now = server.look();
            output.answer(Answers.map(now), () -> changes(last, now));
            before = now;
        }
    }

    private static String changes(Snapshot before, Snapshot now) {
        String time = LocalTime.now().truncatedTo(ChronoUnit.SECONDS).toString();
        int growth = now.connected() - before.connected();
        StringBuilder text = new StringBuilder();
        List<String> lines = Answers.changes(before, now);
        text.append("%s  %d of %d (%+d)".formatted(time, now.connected(), now.allowed(), growth))
                .append(lines.isEmpty() ? ", nothing has changed\n" : "\n");
        lines.forEach(line -> text.append("  ").append(line).append('\n'));
        return text.toString();
    }

    private ExitCode end(Server server) throws SQLException, InterruptedException {
        Snapshot seen = server.look();
        List<Session> candidates = Orphans.candidates(seen);
        Set<Pool> pools = candidates.stream().map(Orphans::poolOf).collect(Collectors.toSet());
        if (!pools.isEmpty() && !yes && person != null && !person.test(question(candidates, pools, seen.notes()))) {
            output.progress("nothing was ended");
            return ExitCode.REFUSED;
        }
        if (!pools.isEmpty()) {
            output.progress("waiting " + silentFor + " s, to see whether one of them lives");
        }
        Orphans orphans = new Orphans(server);
        Set<Pool> alive = orphans.end(pools, Duration.ofSeconds(silentFor));
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("ended", orphans.ended().stream().map(Answers::map).toList());
        map.put(
                "alive",
                alive.stream()
                        .map(pool -> pool.user() + " pool " + pool.number())
                        .sorted()
                        .toList());
        map.put("failures", orphans.failures());
        map.put("notShown", seen.notes());
        output.answer(map, () -> text(orphans, alive) + Answers.notes(seen.notes()));
        return orphans.failures().isEmpty() ? ExitCode.OK : ExitCode.REFUSED;
    }

    private String question(List<Session> candidates, Set<Pool> pools, List<String> notes) {
        StringBuilder text = new StringBuilder();
        candidates.forEach(session -> text.append("  ").append(line(session)).append('\n'));
        text.append(Answers.notes(notes));
        return text + "End these connections, of " + pools.size() + (pools.size() == 1 ? " pool" : " pools")
                + ", if it stays silent for " + silentFor + " s? [y/N] ";
    }

    private static String text(Orphans orphans, Set<Pool> alive) {
        StringBuilder text = new StringBuilder();
        orphans.ended()
                .forEach(session -> text.append("ended ").append(line(session)).append('\n'));
        alive.forEach(pool -> text.append("left alone: pool ")
                .append(pool.number())
                .append(" of ")
                .append(pool.user())
                .append(", which has shown that it lives, or has gone\n"));
        orphans.failures()
                .forEach(failure -> text.append("not ended: ").append(failure).append('\n'));
        int ended = orphans.ended().size();
        return text.append(ended == 0 ? "no connection" : ended + (ended == 1 ? " connection" : " connections"))
                .append(" ended\n")
                .toString();
    }

    private static String line(Session session) {
        return "connection %d of %s %s from %s: %s for %s%s"
                .formatted(
                        session.id(),
                        session.service(),
                        session.instance(),
                        session.host(),
                        session.state(),
                        Answers.age(session.millis()),
                        session.statement().isEmpty() ? "" : ", " + session.statement());
    }

    private static boolean ask(String question) {
        Console console = System.console();
        String answer = console == null ? null : console.readLine("%s", question);
        return answer != null && answer.strip().matches("(?i)y|yes");
    }

    private String password() {
        if (passwordFile == null) {
            return environment.getOrDefault(PASSWORD_VARIABLE, "");
        }
        try {
            return Files.readString(passwordFile).replaceFirst("\\r?\\n\\z", "");
        } catch (IOException e) {
            throw new OpsException(
                    ExitCode.UNAVAILABLE, "--password-file " + passwordFile + " cannot be read: " + e.getMessage(), e);
        }
    }
}
