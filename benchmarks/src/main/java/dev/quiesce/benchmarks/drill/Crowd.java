package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.drill.Attempt.Outcome;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Users that each ask for a transaction, on a connection of their own. Whoever gets no answer in time closes the connection and
 * tries again at once; whoever is answered 503 tries again when it is told to; and whoever has done so too often gives up. They
 * come whether others have been answered or not. Played by one thread.
 */
final class Crowd {
    private final Supplier<InetSocketAddress> address;
    private final Manners manners;
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private final Set<UserConnection> open = new HashSet<>();
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<Long> failedUsers = new ArrayList<>();

    /**
     * How users behave.
     *
     * @param patience how long one waits for an answer
     * @param retries how often one tries again
     * @param millis how long the transaction takes that one asks for
     */
    record Manners(Duration patience, int retries, int millis) {}

    /**
     * What has become of the users.
     *
     * @param attempts every request
     * @param failedUsers when users gave up that had tried as often as they may, as points on the clock
     */
    record Result(List<Attempt> attempts, List<Long> failedUsers) {
        /** Returns how many of those that ended so have been committed. */
        long committed(Outcome outcome, Inspector inspector) {
            return attempts.stream()
                    .filter(attempt ->
                            attempt.outcome() == outcome && inspector.seen().containsKey(attempt.id()))
                    .count();
        }

        /** Returns what has become of these users and of others. */
        Result and(Result others) {
            return new Result(
                    Stream.concat(attempts.stream(), others.attempts.stream()).toList(),
                    Stream.concat(failedUsers.stream(), others.failedUsers.stream())
                            .toList());
        }

        long count(Outcome outcome) {
            return attempts.stream()
                    .filter(attempt -> attempt.outcome() == outcome)
                    .count();
        }
    }

    private record Timer(long at, Runnable work) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            return Long.signum(at - other.at);
        }
    }

    /**
     * Prepares a crowd.
     *
     * @param address where to connect to; asked each time
     * @param manners how the users behave
     */
    Crowd(Supplier<InetSocketAddress> address, Manners manners) {
        this.address = address;
        this.manners = manners;
    }

    /**
     * Lets users come, and returns what has become of them.
     *
     * @param arrivals when each of them comes, as points on the clock
     * @param end when to close what is still open, as a point on the clock; sooner if there is nothing left to do
     */
    Result play(List<Long> arrivals, long end) throws IOException {
        try (Selector selector = Selector.open()) {
            arrivals.forEach(at -> timers.add(new Timer(at, () -> ask(selector, 0))));
            while (end - System.nanoTime() > 0 && !(timers.isEmpty() && open.isEmpty())) {
                Timer next = timers.peek();
                long until = next == null ? end : next.at();
                long nanos = Math.min(until, end) - System.nanoTime();
                // One call with each branch, since a selection of 0 ms would have no bound.
                if (nanos <= 0) {
                    selector.selectNow();
                } else {
                    selector.select(TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
                }
                for (SelectionKey key : selector.selectedKeys()) {
                    ((UserConnection) key.attachment()).proceed();
                }
                selector.selectedKeys().clear();
                for (next = timers.peek(); next != null && next.at() - System.nanoTime() <= 0; next = timers.peek()) {
                    timers.remove();
                    next.work().run();
                }
            }
            for (UserConnection connection : List.copyOf(open)) {
                connection.end(Outcome.UNFINISHED);
            }
        }
        return new Result(List.copyOf(attempts), List.copyOf(failedUsers));
    }

    private void ask(Selector selector, int retriesBefore) {
        UserConnection connection = new UserConnection(selector, address.get(), manners.millis());
        Timer patience =
                new Timer(System.nanoTime() + manners.patience().toNanos(), () -> connection.end(Outcome.LEFT));
        open.add(connection);
        timers.add(patience);
        connection.whenOver(() -> {
            open.remove(connection);
            timers.remove(patience);
            attempts.add(connection.attempt());
            goOn(selector, connection, retriesBefore);
        });
        connection.proceed();
    }

    private void goOn(Selector selector, UserConnection done, int retriesBefore) {
        Attempt attempt = done.attempt();
        if (attempt.outcome() == Outcome.ACKNOWLEDGED || attempt.outcome() == Outcome.UNFINISHED) {
            return;
        }
        if (retriesBefore == manners.retries()) {
            failedUsers.add(attempt.end());
            return;
        }
        long pause = done.retryAfter().toNanos();
        timers.add(new Timer(attempt.end() + pause, () -> ask(selector, retriesBefore + 1)));
    }
}
