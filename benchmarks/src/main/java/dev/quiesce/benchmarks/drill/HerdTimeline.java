package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.drill.Attempt.Outcome;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What happened in each second.
 *
 * @param phases the seconds
 * @param released the point on the clock at which the outage ended
 * @param crowd what has become of the users
 * @param commits when each transaction was first seen to be committed, as a point on the clock
 */
record HerdTimeline(Phases phases, long released, Crowd.Result crowd, Map<String, Long> commits) {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long STEP = SECOND / 10;

    /** The seconds before, during and after the outage. */
    record Phases(long begin, int before, int outage, int after) {
        int outageBegin() {
            return before;
        }

        int outageEnd() {
            return before + outage;
        }

        int seconds() {
            return before + outage + after;
        }

        /** Returns the begin of a second as a point on the clock. */
        long at(int second) {
            return begin + second * SECOND;
        }

        boolean isIn(long point, int second) {
            return point - at(second) >= 0 && point - at(second + 1) < 0;
        }
    }

    /**
     * Returns the seconds from the release of what was held to the end of the first second in which the goodput is at least so
     * high. Infinite if there is none.
     */
    double secondsTo(double perSecond) {
        long end = phases.at(phases.seconds());
        for (long from = released; from + SECOND - end <= 0; from += STEP) {
            if (acknowledged(from, from + SECOND) >= perSecond) {
                return (from + SECOND - released) / (double) SECOND;
            }
        }
        return Double.POSITIVE_INFINITY;
    }

    /**
     * Returns the seconds from the release of what was held to the end of the first second from which on the goodput is at least
     * so high: in that second, and in the mean of the time that is left. Infinite if there is none.
     */
    double recoverySeconds(double perSecond) {
        long end = phases.at(phases.seconds());
        for (long from = released; from + SECOND - end <= 0; from += STEP) {
            boolean recovered = acknowledged(from, from + SECOND) >= perSecond;
            if (recovered && acknowledged(from, end) * (double) SECOND / (end - from) >= perSecond) {
                return (from + SECOND - released) / (double) SECOND;
            }
        }
        return Double.POSITIVE_INFINITY;
    }

    /** Returns the goodput per second in the seconds that are watched after the outage. */
    double goodput() {
        long end = phases.at(phases.seconds());
        return acknowledged(released, end) * (double) SECOND / (end - released);
    }

    private long acknowledged(long from, long to) {
        return crowd.attempts().stream()
                .filter(attempt -> attempt.outcome() == Outcome.ACKNOWLEDGED)
                .filter(attempt -> attempt.end() - from >= 0 && attempt.end() - to < 0)
                .count();
    }

    long count(Outcome outcome) {
        return crowd.count(outcome);
    }

    long failedUsers() {
        return crowd.failedUsers().size();
    }

    /**
     * Returns which share of the transactions was committed for users that had left before the answer. What was committed before
     * the end of the outage does not count: there the answer was held, and not the request.
     */
    double wastedPercent() {
        long after = commits.values().stream().filter(this::isAfterTheOutage).count();
        long wasted = wasted().stream()
                .filter(id -> isAfterTheOutage(commits.get(id)))
                .count();
        return after == 0 ? 0 : 100.0 * wasted / after;
    }

    private boolean isAfterTheOutage(long point) {
        return point - released > 0;
    }

    long acknowledgedButNotCommitted() {
        return crowd.attempts().stream()
                .filter(attempt -> attempt.outcome() == Outcome.ACKNOWLEDGED && !commits.containsKey(attempt.id()))
                .count();
    }

    /** Returns the transactions that were committed for clients that had left before the answer. */
    private Set<String> wasted() {
        Set<String> wasted = new HashSet<>();
        for (Attempt attempt : crowd.attempts()) {
            if (attempt.outcome() == Outcome.LEFT && commits.containsKey(attempt.id())) {
                wasted.add(attempt.id());
            }
        }
        return wasted;
    }

    private long ended(Outcome outcome, int second) {
        return crowd.attempts().stream()
                .filter(attempt -> attempt.outcome() == outcome && phases.isIn(attempt.end(), second))
                .count();
    }

    @Override
    public String toString() {
        Set<String> wasted = wasted();
        StringBuilder text =
                new StringBuilder("  second  goodput  told to come again  left  failed users  committed  wasted\n");
        for (int i = 0; i < phases.seconds(); i++) {
            int second = i;
            long failed = crowd.failedUsers().stream()
                    .filter(at -> phases.isIn(at, second))
                    .count();
            // Each second ends with a look.
            long committed = commits.values().stream()
                    .filter(at -> phases.isIn(at, second + 1))
                    .count();
            long forNobody = wasted.stream()
                    .filter(id -> phases.isIn(commits.get(id), second + 1))
                    .count();
            text.append(String.format(
                    Locale.ROOT,
                    "  %6d  %7d  %18d  %4d  %12d  %9d  %6d  %s%n",
                    second - phases.outageEnd(),
                    ended(Outcome.ACKNOWLEDGED, second),
                    ended(Outcome.SHED, second) + ended(Outcome.POOL_TIMEOUT, second),
                    ended(Outcome.LEFT, second),
                    failed,
                    committed,
                    forNobody,
                    second >= phases.outageBegin() && second < phases.outageEnd()
                            ? "outage"
                            : "#".repeat((int) ended(Outcome.ACKNOWLEDGED, second) / 4)));
        }
        return text.toString();
    }
}
