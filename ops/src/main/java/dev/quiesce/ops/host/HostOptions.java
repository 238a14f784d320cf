package dev.quiesce.ops.host;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.stats.Size;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that describe a host. Not thread-safe. */
public final class HostOptions {
    @Option(
            names = "--host",
            paramLabel = "PLAN",
            description = "a plan of Amazon Lightsail: lightsail-512mb, -1gb, -2gb, -4gb, -8gb, -16gb, -32gb or -64gb; "
                    + "the options below change single figures")
    private @Nullable String plan;

    @Option(names = "--host-memory", paramLabel = "SIZE", description = "memory of the host, such as 2g")
    private @Nullable String memory;

    @Option(
            names = {"--cpus", "--vcpus"},
            paramLabel = "N",
            description = "CPUs of the host")
    private @Nullable Double cpus;

    @Option(
            names = "--baseline",
            paramLabel = "PERCENT",
            description = "what each vCPU of a burstable host can do for ever, such as 20")
    private @Nullable Double baseline;

    @Option(
            names = "--accrual",
            paramLabel = "CREDITS",
            description = "the same as what the host earns in an hour, in minutes of one vCPU: 24 for 20%% of 2 vCPUs")
    private @Nullable Double accrual;

    @Option(
            names = "--cap",
            paramLabel = "CREDITS",
            description = "the most credit that is saved up, in minutes of one vCPU; default: what 24 hours earn")
    private @Nullable Double cap;

    /** For picocli. */
    public HostOptions() {}

    /**
     * Returns the host that the options describe, or null if they leave open how much memory or how many CPUs it has.
     *
     * @throws OpsException if they make no sense
     */
    public @Nullable Host described() {
        Long bytes = memory();
        Double count = cpus();
        return bytes == null || count == null ? null : new Host(name(), bytes, count, credit());
    }

    /** Returns what to call the host. */
    public String name() {
        return plan == null ? "the host" : plan.toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the bytes of memory that the options say, or null.
     *
     * @throws OpsException if they make no sense
     */
    public @Nullable Long memory() {
        if (memory != null) {
            return size(memory);
        }
        return plan == null ? null : (Long) lightsail(plan).memory();
    }

    /**
     * Returns the CPUs that the options say, or null.
     *
     * @throws OpsException if they make no sense
     */
    public @Nullable Double cpus() {
        if (cpus != null && !(cpus > 0 && cpus <= 4096)) {
            throw usage("--cpus=" + cpus + ": a host has more than 0 CPUs, and no more than 4096");
        }
        return cpus != null || plan == null ? cpus : (Double) lightsail(plan).cpus();
    }

    /**
     * Returns the credit that the options describe, or null if the host is not burstable.
     *
     * @throws OpsException if they make no sense
     */
    public @Nullable Credit credit() {
        Double count = cpus();
        Double sustained = sustained(count);
        if (sustained == null) {
            if (cap != null) {
                throw usage("--cap needs --baseline or --accrual: what does the host earn?");
            }
            return plan == null ? null : lightsail(plan).credit();
        }
        if (cap != null && cap <= 0) {
            throw usage("--cap must be more than 0");
        }
        double most = cap == null ? sustained * Duration.ofDays(1).toSeconds() : cap * 60;
        return new Credit(sustained, most);
    }

    private @Nullable Double sustained(@Nullable Double count) {
        if (baseline == null && accrual == null) {
            return null;
        }
        if (count == null) {
            throw usage("--baseline and --accrual need --vcpus");
        }
        Double byBaseline = baseline == null ? null : (Double) (count * baseline / 100);
        Double byAccrual = accrual == null ? null : (Double) (accrual / 60);
        if (byBaseline != null && byAccrual != null && Math.abs(byBaseline - byAccrual) > 0.02 * byBaseline) {
            throw usage(String.format(
                    Locale.ROOT,
                    "%s %% of %s vCPUs earn %.1f credits an hour, not %s; give one of --baseline and --accrual",
                    figure(baseline),
                    figure(count),
                    byBaseline * 60,
                    figure(accrual)));
        }
        double sustained = byBaseline != null ? byBaseline : byAccrual == null ? 0 : byAccrual;
        if (!(sustained > 0 && sustained <= count)) {
            throw usage("the baseline must be more than 0 %, and no more than 100 % of each vCPU");
        }
        return sustained;
    }

    private static String figure(@Nullable Double value) {
        return value == null ? "" : value % 1 == 0 ? String.valueOf(value.longValue()) : value.toString();
    }

    private static Host lightsail(String plan) {
        Host host = Lightsail.host(plan);
        if (host == null) {
            throw usage("--host=" + plan + " is not known; there are " + String.join(", ", Lightsail.plans())
                    + "; describe others by --host-memory and --cpus");
        }
        return host;
    }

    private static long size(String text) {
        long bytes;
        try {
            bytes = Size.ofOption(text);
        } catch (IllegalArgumentException e) {
            throw usage("--host-memory: " + e.getMessage());
        }
        if (bytes < 64 * Size.MIB) {
            throw usage(
                    "--host-memory=" + text + " is " + bytes + " bytes; did you mean " + text + "g or " + text + "m?");
        }
        return bytes;
    }

    private static OpsException usage(String message) {
        return new OpsException(ExitCode.USAGE, message);
    }
}
