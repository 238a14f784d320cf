package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.benchmarks.drill.Attempt.Outcome;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.lifecycle.testing.Fault;
import dev.quiesce.lifecycle.testing.FaultProxy;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The herd: requests that were held during an outage come all at once, and whoever gives up comes again. Played against a plain
 * service, and against the sample service with its defaults.
 */
final class HerdDrill implements Part {
    private static final int POOL = 10;
    private static final int MILLIS = 100;

    /** What the pool can carry, in transactions per second. */
    private static final double CAPACITY = POOL * 1000.0 / MILLIS;

    private static final double PER_SECOND = 0.8 * CAPACITY;

    private static final Crowd.Manners MANNERS = new Crowd.Manners(Duration.ofSeconds(5), 5, MILLIS);
    private static final int BEFORE_SECONDS = 5;

    /** That of the incident. */
    private static final Duration ACQUIRE_TIMEOUT = Duration.ofSeconds(10);

    private static final double GOOD_SHARE = 0.95;
    private static final double MOST_RECOVERY_SECONDS = 2;
    private static final double MOST_WASTED_PERCENT = 1;

    private final EmbeddedMariaDb database;

    HerdDrill(EmbeddedMariaDb database) {
        this.database = database;
    }

    @Override
    public String name() {
        return "herd";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        int outage = effort == Effort.QUICK ? 4 : 15;
        int after = effort == Effort.QUICK ? 15 : 30;
        List<Figure> figures = new ArrayList<>();
        try (DrillService service = DrillService.plain(database, ACQUIRE_TIMEOUT)) {
            System.out.println(
                    "herd, plain: the same endpoint, server and pool without admission; 200 threads, acquire timeout "
                            + ACQUIRE_TIMEOUT.toSeconds() + " s, waiters of the pool " + PlainService.MOST_WAITING);
            figures.addAll(report("plain", play(service, outage, after), false));
        }
        try (DrillService service = DrillService.start(database)) {
            System.out.println("herd, ours: the defaults");
            figures.addAll(report("ours", play(service, outage, after), true));
        }
        return figures;
    }

    private HerdTimeline play(DrillService service, int outage, int after) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (FaultProxy proxy = FaultProxy.to(service.address());
                Inspector inspector = Inspector.from(database)) {
            long begin = System.nanoTime();
            HerdTimeline.Phases phases = new HerdTimeline.Phases(begin, BEFORE_SECONDS, outage, after);
            AtomicReference<InetSocketAddress> address = new AtomicReference<>(proxy.address());
            Crowd crowd = new Crowd(address::get, MANNERS);
            Future<Crowd.Result> playing =
                    thread.submit(() -> crowd.play(arrivals(begin, phases.seconds()), phases.at(phases.seconds())));
            long released = 0;
            for (int second = 0; second < phases.seconds(); second++) {
                sleepUntil(phases.at(second));
                inspector.look();
                if (second == phases.outageBegin()) {
                    proxy.setAll(Fault.HOLD);
                } else if (second == phases.outageEnd()) {
                    // Directly from now on: a proxy has two sockets more for each who has left but is not answered yet.
                    address.set(service.address());
                    released = System.nanoTime();
                    proxy.setAll(Fault.NONE);
                }
            }
            Crowd.Result result = playing.get();
            inspector.look();
            return new HerdTimeline(phases, released, result, inspector.seen());
        } finally {
            thread.shutdownNow();
        }
    }

    /** At a steady rate, but not in step. */
    private static List<Long> arrivals(long begin, int seconds) {
        Random random = new Random(1);
        List<Long> arrivals = new ArrayList<>();
        for (int i = 0; i < seconds * PER_SECOND; i++) {
            arrivals.add(begin + (long) ((i + random.nextDouble()) / PER_SECOND * TimeUnit.SECONDS.toNanos(1)));
        }
        return arrivals;
    }

    private static void sleepUntil(long point) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(point - System.nanoTime());
    }

    private List<Figure> report(String label, HerdTimeline timeline, boolean isOurs) {
        System.out.print(timeline);
        Figure atCapacity = figure(
                label, "end of the outage to 95 % of the capacity", timeline.secondsTo(GOOD_SHARE * CAPACITY), "s");
        Figure reached = figure(
                label,
                "end of the outage to 95 % of the offered load, for good",
                timeline.recoverySeconds(GOOD_SHARE * PER_SECOND),
                "s");
        // Over an outage that is shorter than their patience, too few users leave to keep a plain service down.
        boolean staysDown = timeline.phases().outage() > MANNERS.patience().toSeconds();
        Figure recovery = isOurs
                ? reached.atMost(MOST_RECOVERY_SECONDS)
                : staysDown ? reached.atLeast(timeline.phases().after()) : reached;
        Figure timeouts = figure(label, "pool timeouts that reached clients", timeline.count(Outcome.POOL_TIMEOUT), "");
        Figure failed =
                figure(label, "failed otherwise", timeline.count(Outcome.REFUSED) + timeline.count(Outcome.LOST), "");
        Figure wasted =
                figure(label, "of the commits after it, for clients that had left", timeline.wastedPercent(), "%");
        return List.of(
                isOurs ? atCapacity.atMost(MOST_RECOVERY_SECONDS) : atCapacity,
                recovery,
                figure(label, "goodput after it, mean", timeline.goodput(), "/s"),
                isOurs ? timeouts.atMost(0) : timeouts,
                isOurs ? failed.atMost(0) : failed,
                isOurs ? wasted.atMost(MOST_WASTED_PERCENT) : wasted,
                figure(label, "acknowledged but not committed", timeline.acknowledgedButNotCommitted(), "")
                        .atMost(0),
                figure(label, "failed users", timeline.failedUsers(), ""));
    }

    private Figure figure(String label, String what, double value, String unit) {
        return Figure.of(name(), label + ": " + what, value, unit);
    }
}
