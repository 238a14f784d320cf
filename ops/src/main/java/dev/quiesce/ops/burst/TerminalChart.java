package dev.quiesce.ops.burst;

import dev.quiesce.ops.stats.Span;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The credit over time, drawn with characters: full columns are the past, shaded ones the forecast, light ones unknown. */
final class TerminalChart {
    private static final int WIDTH = 64;
    private static final int HEIGHT = 10;

    private TerminalChart() {}

    static String of(Forecast forecast) {
        double now = forecast.past().second();
        List<Account.Point> past = forecast.past().points();
        List<Account.Point> future = forecast.future();
        double end = future.get(future.size() - 1).second();
        double[] shares = new double[WIDTH];
        for (int column = 0; column < WIDTH; column++) {
            double second = end * (column + 0.5) / WIDTH;
            shares[column] = creditAt(second <= now ? past : future, second)
                    / forecast.credit().cap();
        }
        StringBuilder text = new StringBuilder();
        for (int row = HEIGHT; row > 0; row--) {
            text.append(String.format(Locale.ROOT, "%4d %% │", row * 100 / HEIGHT));
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < WIDTH; column++) {
                boolean filled = shares[column] * HEIGHT > row - 0.5;
                double second = end * (column + 0.5) / WIDTH;
                boolean isKnown = forecast.past().gaps().stream().noneMatch(gap -> gap.contains(second));
                line.append(filled ? second > now ? '▒' : isKnown ? '█' : '░' : ' ');
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        String left = label(forecast, 0);
        String right = label(forecast, end);
        text.append("       └").append("─".repeat(WIDTH)).append('\n');
        text.append("        ")
                .append(left)
                .append(" ".repeat(Math.max(1, WIDTH - left.length() - right.length())))
                .append(right)
                .append('\n');
        return text.toString();
    }

    /** Interpolates between the points around a moment. */
    static double creditAt(List<Account.Point> points, double second) {
        Account.Point before = points.get(0);
        for (Account.Point point : points) {
            if (point.second() >= second) {
                double length = point.second() - before.second();
                double share = length <= 0 ? 1 : (second - before.second()) / length;
                return before.credit() + share * (point.credit() - before.credit());
            }
            before = point;
        }
        return before.credit();
    }

    static String label(Forecast forecast, double second) {
        return forecast.hasPast()
                ? BurstText.time(forecast, second)
                : second == 0 ? "now" : "in " + Span.text(Duration.ofSeconds(Math.round(second)));
    }
}
