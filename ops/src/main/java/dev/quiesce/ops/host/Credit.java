package dev.quiesce.ops.host;

import java.time.Duration;
import java.util.Optional;

/**
 * How a provider accounts CPU on a burstable host. Using fewer CPUs than the baseline earns credit, using more spends it, and with
 * none left there is no more than the baseline.
 *
 * @param baseline CPUs that can be used for ever, over all vCPUs: 0.4 is 20 % of each of two
 * @param cap the most credit that can be saved up, in CPU seconds
 */
public record Credit(double baseline, double cap) {
    /**
     * Returns after what time the credit is empty under a constant load.
     *
     * @param credit CPU seconds at the beginning
     * @param load CPUs in use
     * @return empty if it lasts for ever
     */
    public Optional<Duration> lasts(double credit, double load) {
        double spent = load - baseline;
        return spent <= 1e-9 ? Optional.empty() : Optional.of(Duration.ofSeconds(Math.round(credit / spent)));
    }
}
