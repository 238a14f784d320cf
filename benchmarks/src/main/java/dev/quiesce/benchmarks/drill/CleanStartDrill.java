package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Check;
import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.benchmarks.Sample;
import dev.quiesce.db.EmbeddedMariaDb;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A service that ends without a word, with transactions open and their queries running, beside a sibling that lives. Either it is
 * killed, or it is silent for ever, which to the server is the same as a host that has vanished. And one with users at sockets.
 */
final class CleanStartDrill implements Part {
    private static final int TRANSACTIONS = 10;
    private static final int USERS = 20;
    private static final int MILLIS = 60_000;
    private static final double MOST_SECONDS = 10;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

    private final EmbeddedMariaDb database;

    CleanStartDrill(EmbeddedMariaDb database) {
        this.database = database;
    }

    @Override
    public String name() {
        return "clean-start";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        Sample othersEnded = new Sample();
        Sample killed = new Sample();
        Sample vanished = new Sample();
        Sample killedUsers = new Sample();
        Sample vanishedUsers = new Sample();
        for (int run = 0; run < effort.seeds(); run++) {
            othersEnded.add(play("KILL", killed));
            othersEnded.add(play("STOP", vanished));
            killedUsers.add(watch("KILL"));
            vanishedUsers.add(watch("STOP"));
        }
        String what = "successor ready to no connection left, worst";
        String users = "successor ready to nobody there by a socket of its own, worst";
        return List.of(
                Figure.of(name(), "killed: " + what, killed.worst(), "s").atMost(MOST_SECONDS),
                Figure.of(name(), "vanished: " + what, vanished.worst(), "s").atMost(MOST_SECONDS),
                Figure.of(name(), "killed: " + users, killedUsers.worst(), "s").atMost(MOST_SECONDS),
                Figure.of(name(), "vanished: " + users, vanishedUsers.worst(), "s")
                        .atMost(MOST_SECONDS),
                Figure.of(name(), "connections of the successor and a sibling ended, worst", othersEnded.worst(), "")
                        .atMost(0));
    }

    /** Returns how many connections of those who live have been ended. */
    private int play(String signal, Sample seconds) throws Exception {
        try (DrillService sibling = start();
                Inspector inspector = Inspector.from(database)) {
            Set<String> living = inspector.connectionIds();
            Check.that(!living.isEmpty(), "the sibling at " + sibling.address() + " has no connections");
            try (DrillService predecessor = start()) {
                Transactions transactions = Transactions.begin(predecessor, TRANSACTIONS, MILLIS);
                try {
                    inspector.awaitRunning(TRANSACTIONS);
                    Set<String> left = inspector.connectionIds();
                    left.removeAll(living);
                    predecessor.signal(signal);
                    return succeed(living, left, inspector, seconds);
                } finally {
                    transactions.close();
                }
            }
        }
    }

    private int succeed(Set<String> living, Set<String> left, Inspector inspector, Sample seconds) throws Exception {
        try (DrillService successor = start()) {
            long ready = System.nanoTime();
            Set<String> alive = new HashSet<>(living);
            alive.addAll(inspector.connectionIds());
            alive.removeAll(left);
            Check.that(alive.size() > living.size(), "the successor at " + successor.address() + " has no connections");
            seconds.add(awaitGone(left, inspector, ready));
            alive.removeAll(inspector.connectionIds());
            return alive.size();
        }
    }

    private static double awaitGone(Set<String> left, Inspector inspector, long since) throws Exception {
        Set<String> remaining = new HashSet<>(left);
        while (System.nanoTime() - since < PATIENCE) {
            remaining.retainAll(inspector.connectionIds());
            if (remaining.isEmpty()) {
                break;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return (System.nanoTime() - since) / (double) TimeUnit.SECONDS.toNanos(1);
    }

    /** Returns when those count as gone, at the successor, who were there by sockets of a service that has ended without a sibling. */
    private double watch(String signal) throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        try (DrillService predecessor = start()) {
            List<String> names = new ArrayList<>();
            List<BoardUser> users = new ArrayList<>();
            try {
                for (int i = 0; i < USERS; i++) {
                    names.add("user" + (char) ('a' + i));
                    users.add(BoardUser.join(http, predecessor, names.get(i)));
                }
                double seconds = users.get(0).awaitWatchers(names, System.nanoTime());
                Check.that(seconds < MOST_SECONDS, "those who have joined do not count as there");
                predecessor.signal(signal);
                try (DrillService successor = start()) {
                    long ready = System.nanoTime();
                    try (BoardUser back = BoardUser.join(http, successor, "back")) {
                        return back.awaitWatchers(List.of("back"), ready);
                    }
                }
            } finally {
                users.forEach(BoardUser::close);
            }
        }
    }

    /** With so long a limit for statements that the server itself ends no query. */
    private DrillService start() throws Exception {
        return DrillService.start(
                database,
                "--admission-ramp=0s",
                "--admission-patience=2m",
                "--db-main-statement-timeout=90s",
                "--db-main-pool-size=" + TRANSACTIONS,
                "--db-d4-pool-size=" + TRANSACTIONS);
    }
}
