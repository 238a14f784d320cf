package dev.quiesce.benchmarks.drill;

import dev.quiesce.benchmarks.Effort;
import dev.quiesce.benchmarks.Figure;
import dev.quiesce.benchmarks.Part;
import dev.quiesce.benchmarks.Sample;
import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.time.Duration;
import java.util.List;

/** What the whole chain of handlers costs at steady state, against the same servlet on Jetty alone. */
final class OverheadDrill implements Part {
    private static final List<String> JVM_OPTIONS = List.of("-Xms512m", "-Xmx512m");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration QUICK_STRETCH = Duration.ofSeconds(3);
    private static final Duration FULL_STRETCH = Duration.ofSeconds(5);
    private static final int PAIRS = 4;
    private static final double LEAST_THROUGHPUT = 0.98;
    private static final double MOST_LATENCY = 1.05;

    @Override
    public String name() {
        return "overhead";
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
        Duration stretch = effort == Effort.FULL ? FULL_STRETCH : QUICK_STRETCH;
        Samples bare = new Samples();
        Samples chained = new Samples();
        Samples ratio = new Samples();
        // What a JVM compiles differs from one to the next.
        for (int fork = 0; fork < effort.forks(); fork++) {
            try (ServiceProcess bareJetty = ServiceProcess.java(BareJetty.class, JVM_OPTIONS);
                    ServiceProcess chainedJetty = ServiceProcess.java(ChainedJetty.class, JVM_OPTIONS)) {
                stretch(bareJetty, WARM_UP);
                stretch(chainedJetty, WARM_UP);
                for (int pair = 0; pair < PAIRS; pair++) {
                    boolean bareFirst = pair % 2 == 0;
                    Stretch first = stretch(bareFirst ? bareJetty : chainedJetty, stretch);
                    Stretch second = stretch(bareFirst ? chainedJetty : bareJetty, stretch);
                    Stretch alone = bareFirst ? first : second;
                    Stretch inChain = bareFirst ? second : first;
                    bare.add(alone);
                    chained.add(inChain);
                    ratio.add(inChain.against(alone));
                }
            }
        }
        return List.of(
                Figure.of(
                        name(),
                        "requests/s, Jetty alone, median",
                        bare.perSecond().median(),
                        ""),
                Figure.of(
                        name(),
                        "requests/s, whole chain, median",
                        chained.perSecond().median(),
                        ""),
                Figure.of(
                                name(),
                                "requests/s, ratio, median of pairs",
                                ratio.perSecond().median(),
                                "")
                        .atLeast(LEAST_THROUGHPUT),
                Figure.of(
                        name(),
                        "99th percentile, Jetty alone, median",
                        bare.p99().median(),
                        "ms"),
                Figure.of(
                        name(),
                        "99th percentile, whole chain, median",
                        chained.p99().median(),
                        "ms"),
                Figure.of(
                                name(),
                                "99th percentile, ratio, median of pairs",
                                ratio.p99().median(),
                                "")
                        .atMost(MOST_LATENCY),
                Figure.of(
                        name(),
                        "CPU per request, Jetty alone, median",
                        bare.cpu().median(),
                        "µs"),
                Figure.of(
                        name(),
                        "CPU per request, whole chain, median",
                        chained.cpu().median(),
                        "µs"),
                Figure.of(
                        name(),
                        "CPU per request, ratio, median of pairs",
                        ratio.cpu().median(),
                        ""));
    }

    private static Stretch stretch(ServiceProcess server, Duration time) throws Exception {
        String line = server.awaitLine("Serving HTTP on", PATIENCE);
        Duration before = cpu(server);
        Wrk wrk = Wrk.run(line.substring(line.indexOf("http://")), time);
        double micros = cpu(server).minus(before).toNanos() / 1e3;
        return new Stretch(wrk.perSecond(), wrk.p99Millis(), micros / wrk.requests());
    }

    private static Duration cpu(ServiceProcess server) {
        return ProcessHandle.of(server.pid())
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow();
    }

    /**
     * One server under load for a while, or one against the other.
     *
     * @param perSecond its throughput
     * @param p99 the 99th percentile of the latency
     * @param cpu the time of processors that a request has taken of the server, which others on the machine disturb least
     */
    private record Stretch(double perSecond, double p99, double cpu) {
        Stretch against(Stretch other) {
            return new Stretch(perSecond / other.perSecond, p99 / other.p99, cpu / other.cpu);
        }
    }

    /** Stretches, figure by figure. */
    private record Samples(Sample perSecond, Sample p99, Sample cpu) {
        Samples() {
            this(new Sample(), new Sample(), new Sample());
        }

        void add(Stretch stretch) {
            perSecond.add(stretch.perSecond());
            p99.add(stretch.p99());
            cpu.add(stretch.cpu());
        }
    }
}
