package dev.quiesce.benchmarks;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What a whole process takes for the way from SIGTERM to its end, compared with one that does nothing but exit. */
final class Exit implements Part {
    private static final double MOST_MILLIS = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Longer than threads are kept for further steps, which a service that has run for a while has none of. */
    private static final long IDLE_MILLIS = 1500;

    @Override
    public String name() {
        return "exit";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        Sample bareExit = new Sample();
        Sample idleExit = new Sample();
        Sample exitOverhead = new Sample();
        Sample bareReady = new Sample();
        Sample idleReady = new Sample();
        Sample readyOverhead = new Sample();
        for (int pair = 0; pair < effort.pairs(); pair++) {
            boolean bareFirst = pair % 2 == 0;
            Times first = Times.of(bareFirst ? BareService.class : IdleService.class);
            Times second = Times.of(bareFirst ? IdleService.class : BareService.class);
            Times bare = bareFirst ? first : second;
            Times idle = bareFirst ? second : first;
            bareExit.add(bare.exit());
            idleExit.add(idle.exit());
            exitOverhead.add(idle.exit() - bare.exit());
            bareReady.add(bare.ready());
            idleReady.add(idle.ready());
            readyOverhead.add(idle.ready() - bare.ready());
        }
        return List.of(
                figure("SIGTERM to exit, bare, median of " + effort.pairs(), bareExit),
                figure("SIGTERM to exit, idle service, median", idleExit),
                figure("SIGTERM to exit, difference, median of pairs", exitOverhead)
                        .atMost(MOST_MILLIS),
                figure("spawn to ready, bare, median", bareReady),
                figure("spawn to ready, idle service, median", idleReady),
                figure("spawn to ready, difference, median of pairs", readyOverhead));
    }

    private Figure figure(String what, Sample sample) {
        return Figure.of(name(), what, sample.median(), "ms");
    }

    /** What a process took until it was ready and then from SIGTERM to its end, in milliseconds. */
    private record Times(double ready, double exit) {

        static Times of(Class<?> main) throws IOException, InterruptedException, TimeoutException {
            long spawned = System.nanoTime();
            try (ServiceProcess process = ServiceProcess.java(main, List.of())) {
                process.awaitLine("Ready", PATIENCE);
                double ready = millisSince(spawned);
                Thread.sleep(IDLE_MILLIS);
                ProcessHandle handle = ProcessHandle.of(process.pid()).orElseThrow();
                long signalled = System.nanoTime();
                handle.destroy();
                int code = process.awaitExit(PATIENCE);
                double exit = millisSince(signalled);
                Check.that(
                        code == 0 && process.lastLine().contains("Stopped cleanly"),
                        "Exit code " + code + ":\n" + String.join("\n", process.lines()));
                return new Times(ready, exit);
            }
        }

        private static double millisSince(long nanos) {
            return (System.nanoTime() - nanos) / (double) TimeUnit.MILLISECONDS.toNanos(1);
        }
    }
}
