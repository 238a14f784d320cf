package dev.quiesce.ops.host;

import dev.quiesce.ops.stats.Size;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The plans of Amazon Lightsail for Linux, with their baseline; each saves up at most what it earns in 24 hours. */
enum Lightsail {
    MB_512("lightsail-512mb", 512 * Size.MIB, 2, 5),
    GB_1("lightsail-1gb", Size.GIB, 2, 10),
    GB_2("lightsail-2gb", 2 * Size.GIB, 2, 20),
    GB_4("lightsail-4gb", 4 * Size.GIB, 2, 20),
    GB_8("lightsail-8gb", 8 * Size.GIB, 2, 30),
    GB_16("lightsail-16gb", 16 * Size.GIB, 4, 40),
    GB_32("lightsail-32gb", 32 * Size.GIB, 8, 40),
    /** Bursts as it needs, without an account. */
    GB_64("lightsail-64gb", 64 * Size.GIB, 16, 100);

    private final String plan;
    private final long memory;
    private final int vcpus;
    private final int baselinePercent;

    Lightsail(String plan, long memory, int vcpus, int baselinePercent) {
        this.plan = plan;
        this.memory = memory;
        this.vcpus = vcpus;
        this.baselinePercent = baselinePercent;
    }

    static List<String> plans() {
        return Arrays.stream(values()).map(lightsail -> lightsail.plan).toList();
    }

    static @Nullable Host host(String plan) {
        return Arrays.stream(values())
                .filter(lightsail -> lightsail.plan.equalsIgnoreCase(plan))
                .map(Lightsail::host)
                .findFirst()
                .orElse(null);
    }

    private Host host() {
        double baseline = vcpus * baselinePercent / 100.0;
        Credit credit = baselinePercent == 100
                ? null
                : new Credit(baseline, baseline * Duration.ofDays(1).toSeconds());
        return new Host(plan, memory, vcpus, credit);
    }
}
