package dev.quiesce.ops.docker;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.cli.Output;
import dev.quiesce.ops.stats.Sample;
import dev.quiesce.ops.stats.Span;
import dev.quiesce.ops.stats.StatsText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where samples come from: saved ones, or the engine. Not thread-safe. */
public final class StatsOptions {
    private static final Duration TELL_EVERY = Duration.ofSeconds(10);

    @Option(
            names = "--stats",
            paramLabel = "FILE",
            description = "saved output of docker stats, its table or --format '{{json .}}'; - is the standard input; "
                    + "default: sample the running containers")
    private @Nullable String file;

    @Option(
            names = "--window",
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = Span.class,
            description = "how long to sample the running containers; default: ${DEFAULT-VALUE}")
    private Duration window = Duration.ofSeconds(60);

    /** For picocli. */
    public StatsOptions() {}

    /** Returns whether the samples come from the engine. */
    public boolean isLive() {
        return file == null;
    }

    /**
     * Returns the samples.
     *
     * @throws OpsException if they cannot be read, if they are not what Docker prints, or if there are none
     * @throws InterruptedException if interrupted
     */
    public List<Sample> read(Docker docker, Output output) throws InterruptedException {
        String source = file;
        if (source == null) {
            return sample(docker, output);
        }
        boolean standardInput = source.equals("-");
        try {
            String text = standardInput
                    ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(Path.of(source));
            return StatsText.read(standardInput ? "standard input" : source, text);
        } catch (IOException e) {
            throw new OpsException(
                    ExitCode.UNAVAILABLE,
                    "--stats=" + source + " cannot be read: " + e + "; is it a file of text, and may you read it?",
                    e);
        }
    }

    private List<Sample> sample(Docker docker, Output output) throws InterruptedException {
        List<Sample> samples = new ArrayList<>();
        long start = System.nanoTime();
        Duration told = Duration.ZERO;
        Duration passed;
        int rounds = 0;
        output.progress("sampling docker stats for " + Span.text(window) + "; a longer --window sees more peaks");
        do {
            String stats = docker.stats();
            if (stats.isBlank()) {
                throw new OpsException(
                        ExitCode.UNAVAILABLE,
                        "no container runs; start the containers, or give samples by --stats FILE");
            }
            Instant now = Instant.now();
            StatsText.read("docker stats", stats).forEach(sample -> samples.add(sample.at(now)));
            rounds++;
            passed = Duration.ofNanos(System.nanoTime() - start);
            if (passed.minus(told).compareTo(TELL_EVERY) >= 0) {
                told = passed;
                output.progress(rounds + " samples, " + Span.text(passed) + " of " + Span.text(window));
            }
        } while (passed.compareTo(window) < 0);
        return samples;
    }
}
