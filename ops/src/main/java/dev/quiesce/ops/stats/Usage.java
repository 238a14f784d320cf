package dev.quiesce.ops.stats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What all samples of one container come to.
 *
 * @param container its name
 * @param samples how many there are
 * @param cpus CPUs in use on the average
 * @param cpusPeak CPUs in use at most
 * @param memory bytes in use in the last sample
 * @param memoryP99 bytes that 99 % of the samples do not exceed
 * @param memoryPeak bytes in use at most
 * @param limit bytes that it could use in the last sample
 * @param pidsPeak processes and threads at most
 */
public record Usage(
        String container,
        int samples,
        double cpus,
        double cpusPeak,
        long memory,
        long memoryP99,
        long memoryPeak,
        long limit,
        int pidsPeak) {

    /** Sums up samples, by container, in the order in which the containers first appear. */
    public static List<Usage> of(List<Sample> samples) {
        Map<String, List<Sample>> byContainer = new LinkedHashMap<>();
        samples.forEach(sample -> byContainer
                .computeIfAbsent(sample.container(), name -> new ArrayList<>())
                .add(sample));
        return byContainer.entrySet().stream()
                .map(entry -> of(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Usage of(String container, List<Sample> samples) {
        Sample last = samples.get(samples.size() - 1);
        long[] memory = samples.stream().mapToLong(Sample::memory).sorted().toArray();
        int rank = (99 * memory.length + 99) / 100;
        return new Usage(
                container,
                samples.size(),
                samples.stream().mapToDouble(Sample::cpus).average().orElse(0),
                samples.stream().mapToDouble(Sample::cpus).max().orElse(0),
                last.memory(),
                memory[rank - 1],
                memory[memory.length - 1],
                last.limit(),
                samples.stream().mapToInt(Sample::pids).max().orElse(0));
    }
}
