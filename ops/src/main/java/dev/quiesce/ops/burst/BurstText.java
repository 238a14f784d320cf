package dev.quiesce.ops.burst;

import dev.quiesce.ops.cli.Table;
import dev.quiesce.ops.stats.Span;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A forecast for people, and for programs. */
final class BurstText {
    private static final int GAPS_SHOWN = 3;

    private BurstText() {}

    static String of(Forecast forecast, String host, double cpus) {
        StringBuilder text = new StringBuilder();
        text.append(account(forecast, host, cpus)).append('\n');
        verdict(forecast).forEach(line -> text.append("@|bold ").append(line).append("|@\n"));
        text.append('\n').append(table(forecast)).append('\n').append(TerminalChart.of(forecast));
        return text.toString();
    }

    private static String account(Forecast forecast, String host, double cpus) {
        double baseline = forecast.credit().baseline();
        double cap = forecast.credit().cap();
        return String.format(
                Locale.ROOT,
                "%s: %s CPUs; %.1f %% is sustainable, which earns %.1f credits an hour; at most %.0f are saved up, "
                        + "%.0f min of all CPUs at 100 %%%n"
                        + "1 credit is one CPU at 100 %% for a minute",
                host,
                figure(cpus),
                baseline * 100,
                baseline * 60,
                cap / 60,
                cap / 60 / cpus);
    }

    private static String figure(double value) {
        return value % 1 == 0 ? Long.toString((long) value) : Double.toString(value);
    }

    /** Returns what has been, and what will be. */
    static List<String> verdict(Forecast forecast) {
        List<String> lines = new ArrayList<>();
        Account past = forecast.past();
        lines.addAll(gaps(forecast));
        if (past.firstEmpty() >= 0) {
            lines.add("the credit was empty at " + time(forecast, past.firstEmpty()) + ", and for "
                    + span(past.emptySeconds()) + " in all: the host had no more than its baseline then");
        }
        String load = String.format(
                Locale.ROOT,
                "%.1f %% of CPU in use on the average, %.1f %% at most",
                forecast.load() * 100,
                forecast.peak() * 100);
        double sustained = (forecast.load() - forecast.credit().baseline()) * 100;
        String credit = String.format(Locale.ROOT, "%.1f credits", past.balance() / 60);
        if (forecast.empty().isEmpty()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%s: %.1f %% less than sustainable; the credit, %s now, does not run out",
                    load,
                    -sustained,
                    credit));
            return lines;
        }
        Duration left = forecast.empty().get();
        lines.add(String.format(
                Locale.ROOT,
                "%s: %.1f %% more than sustainable; %s",
                load,
                sustained,
                left.isZero()
                        ? "there is no credit left, and none is earned until the load falls below"
                        : "the " + credit + " that are left last " + Span.text(left)
                                + (forecast.hasPast()
                                        ? ", until " + time(forecast, past.second() + left.toSeconds())
                                        : "")));
        return lines;
    }

    private static List<String> gaps(Forecast forecast) {
        List<Account.Gap> gaps = forecast.past().gaps();
        List<String> lines = new ArrayList<>();
        gaps.stream()
                .sorted(Comparator.comparingDouble(Account.Gap::seconds).reversed())
                .limit(GAPS_SHOWN)
                .sorted(Comparator.comparingDouble(Account.Gap::second))
                .forEach(gap -> lines.add("nothing was recorded from " + time(forecast, gap.second()) + " to "
                        + time(forecast, gap.second() + gap.seconds()) + " (" + span(gap.seconds())
                        + "); the credit may have grown meanwhile, and is taken for the same"));
        if (gaps.size() > GAPS_SHOWN) {
            double all = gaps.stream().mapToDouble(Account.Gap::seconds).sum();
            lines.add("these are the longest of " + gaps.size() + " such times, " + span(all) + " in all");
        }
        return lines;
    }

    private static String table(Forecast forecast) {
        Table table = new Table("CONTAINER", "CPU", "OF LOAD", forecast.hasPast() ? "SPENT" : "SPENDS AN HOUR");
        double load = forecast.load();
        for (Map.Entry<String, Double> entry : byLoad(forecast)) {
            table.row(
                    entry.getKey(),
                    String.format(Locale.ROOT, "%.1f %%", entry.getValue() * 100),
                    String.format(Locale.ROOT, "%.0f %%", load == 0 ? 0 : entry.getValue() / load * 100),
                    String.format(Locale.ROOT, "%.1f", spent(forecast, entry.getKey())));
        }
        return table.toString();
    }

    /** Returns credits beyond the baseline: those of the past, or else those of an hour at this load. */
    private static double spent(Forecast forecast, String container) {
        if (forecast.hasPast()) {
            return forecast.past().spent().getOrDefault(container, 0.0) / 60;
        }
        double load = forecast.load();
        double excess = Math.max(0, load - forecast.credit().baseline());
        return load == 0 ? 0 : excess * 60 * forecast.loads().getOrDefault(container, 0.0) / load;
    }

    private static List<Map.Entry<String, Double>> byLoad(Forecast forecast) {
        return forecast.loads().entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .toList();
    }

    static Map<String, Object> json(Forecast forecast, String host, double cpus) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("host", host);
        answer.put("cpus", cpus);
        answer.put("cpusSustained", rounded(forecast.credit().baseline()));
        answer.put("creditsCap", rounded(forecast.credit().cap() / 60));
        answer.put("credits", rounded(forecast.past().balance() / 60));
        answer.put("cpusAverage", rounded(forecast.load()));
        answer.put("cpusPeak", rounded(forecast.peak()));
        answer.put("secondsToEmpty", forecast.empty().map(Duration::toSeconds).orElse(null));
        Instant empty = forecast.empty()
                .map(span -> forecast.at(forecast.past().second() + span.toSeconds()))
                .orElse(null);
        answer.put("emptyAt", empty == null ? null : empty.toString());
        double first = forecast.past().firstEmpty();
        answer.put("wasEmptyAt", first < 0 ? null : String.valueOf(forecast.at(first)));
        answer.put("wasEmptySeconds", Math.round(forecast.past().emptySeconds()));
        answer.put(
                "notRecorded",
                forecast.past().gaps().stream()
                        .map(gap -> {
                            Map<String, Object> time = new LinkedHashMap<>();
                            time.put("from", time(forecast, gap.second()));
                            time.put("to", time(forecast, gap.second() + gap.seconds()));
                            time.put("seconds", Math.round(gap.seconds()));
                            return time;
                        })
                        .toList());
        answer.put(
                "containers",
                byLoad(forecast).stream()
                        .map(entry -> {
                            Map<String, Object> container = new LinkedHashMap<>();
                            container.put("name", entry.getKey());
                            container.put("cpus", rounded(entry.getValue()));
                            container.put(
                                    forecast.hasPast() ? "creditsSpent" : "creditsAnHour",
                                    rounded(spent(forecast, entry.getKey())));
                            return container;
                        })
                        .toList());
        return answer;
    }

    static String time(Forecast forecast, double second) {
        Instant at = forecast.at(second);
        return at == null ? "?" : at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String span(double seconds) {
        return Span.text(Duration.ofSeconds(Math.round(seconds)));
    }

    private static double rounded(double value) {
        return Math.round(value * 10_000) / 10_000.0;
    }
}
