package dev.quiesce.ops.burst;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.cli.Output;
import dev.quiesce.ops.docker.Docker;
import dev.quiesce.ops.docker.StatsOptions;
import dev.quiesce.ops.host.Credit;
import dev.quiesce.ops.host.HostOptions;
import dev.quiesce.ops.stats.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code burst}. */
@Command(
        name = "burst",
        description = {
            "Says how long the CPU credit of a burstable host lasts, when it was or will be empty, and which container spends it.",
            "A host such as those of Amazon Lightsail earns credit while it uses less than its baseline, spends it above, "
                    + "and crawls at the baseline when there is none left."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the credit lasts",
            "1:the credit was empty, or will be within the time of --within",
            "2:the command line makes no sense",
            "3:no engine answers, or a file cannot be read or written"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  while sleep 10; do date -u +%%FT%%TZ; docker stats --no-stream; done >> day.txt",
            "      record; without times, the samples are taken for a constant load",
            "  quiesce-ops burst --stats day.txt --host lightsail-2gb --svg credit.svg",
            "  quiesce-ops burst --window 10m --vcpus 2 --baseline 20 --credit 35",
            "  quiesce-ops burst --stats now.txt --vcpus 2 --accrual 24 --within 12h"
        })
public final class BurstCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Mixin
    private final StatsOptions stats = new StatsOptions();

    @Mixin
    private final HostOptions hostOptions = new HostOptions();

    @Option(
            names = "--credit",
            paramLabel = "PERCENT",
            defaultValue = "100",
            description =
                    "the credit before the first sample, in percent of the most that is saved up, as the provider shows it; "
                            + "default: ${DEFAULT-VALUE}")
    private double percent = 100;

    @Option(
            names = "--within",
            paramLabel = "TIME",
            defaultValue = "24h",
            converter = Span.class,
            description = "exit with 1 if the credit will be empty within this time; default: ${DEFAULT-VALUE}")
    private Duration within = Duration.ofHours(24);

    @Option(names = "--svg", paramLabel = "FILE", description = "draw credit and load over time into this file")
    private @Nullable Path svg;

    /** For picocli. */
    public BurstCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        Double cpus = hostOptions.cpus();
        Credit credit = hostOptions.credit();
        if (cpus == null || credit == null) {
            throw new OpsException(
                    ExitCode.USAGE,
                    "how is the CPU of the host accounted? give --host such as lightsail-2gb, "
                            + "or --vcpus and --baseline or --accrual; lightsail-64gb is not accounted");
        }
        if (!(percent >= 0 && percent <= 100)) {
            throw new OpsException(ExitCode.USAGE, "--credit=" + percent + " is not from 0 to 100 %");
        }
        Forecast forecast = Forecast.of(credit, credit.cap() * percent / 100, stats.read(new Docker(), output));
        String host = hostOptions.name();
        Map<String, Object> answer = BurstText.json(forecast, host, cpus);
        Path picture = svg;
        if (picture != null) {
            write(picture, SvgChart.of(forecast, "CPU credit of " + host, cpus));
        }
        output.answer(
                answer,
                () -> BurstText.of(forecast, host, cpus)
                        + (picture == null ? "" : "\nsee " + picture + " for the picture\n"));
        boolean empty = forecast.past().firstEmpty() >= 0
                || forecast.empty().filter(span -> span.compareTo(within) <= 0).isPresent();
        return (empty ? ExitCode.REFUSED : ExitCode.OK).code();
    }

    private static void write(Path file, String picture) {
        try {
            Files.writeString(file, picture);
        } catch (IOException e) {
            throw new OpsException(ExitCode.UNAVAILABLE, "--svg=" + file + " cannot be written: " + e, e);
        }
    }
}
