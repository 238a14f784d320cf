package dev.quiesce.ops.burst;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The credit and the load over time as a picture of its own, without scripts and fonts to load. */
final class SvgChart {
    private static final int LEFT = 70;
    private static final int TOP = 50;
    private static final int WIDTH = 700;
    private static final int CREDIT_HEIGHT = 220;
    private static final int LOAD_TOP = TOP + CREDIT_HEIGHT + 50;
    private static final int LOAD_HEIGHT = 120;

    private final Forecast forecast;
    private final double end;
    private final double most;

    private SvgChart(Forecast forecast, double cpus) {
        this.forecast = forecast;
        List<Account.Point> future = forecast.future();
        this.end = future.get(future.size() - 1).second();
        this.most = Math.max(cpus, forecast.peak());
    }

    /**
     * Draws it.
     *
     * @param cpus CPUs of the host, the height of the load
     */
    static String of(Forecast forecast, String title, double cpus) {
        return new SvgChart(forecast, cpus).draw(title);
    }

    private String draw(String title) {
        StringBuilder svg = new StringBuilder();
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 800 500\" role=\"img\" ")
                .append("font-family=\"sans-serif\" font-size=\"13\">\n")
                .append("<title>")
                .append(escaped(title))
                .append("</title>\n")
                .append("<rect width=\"800\" height=\"500\" fill=\"#fff\"/>\n");
        forecast.past().gaps().forEach(gap -> unknown(svg, gap));
        text(svg, LEFT, 20, "start", title);
        for (int percent = 0; percent <= 100; percent += 25) {
            grid(svg, creditY(forecast.credit().cap() * percent / 100), percent + " %");
        }
        grid(svg, loadY(0), "0");
        grid(svg, loadY(most), Math.round(most * 100) + " %");
        line(svg, credit(forecast.past().points()), "#1b6e53", "");
        line(svg, credit(forecast.future()), "#1b6e53", "6 4");
        line(svg, load(forecast.past().points()), "#3a5fa0", "");
        line(svg, load(forecast.future()), "#3a5fa0", "6 4");
        double baseline = loadY(forecast.credit().baseline());
        line(svg, point(LEFT, baseline) + " " + point(LEFT + WIDTH, baseline), "#b3261e", "2 3");
        text(
                svg,
                LEFT,
                TOP - 6,
                "start",
                "credit, % of the most that is saved up; dashed: forecast; grey: not recorded");
        text(svg, LEFT, LOAD_TOP - 6, "start", "CPU in use, 100 % is one CPU; dotted: sustainable");
        text(svg, LEFT, 480, "start", TerminalChart.label(forecast, 0));
        text(svg, LEFT + WIDTH, 480, "end", TerminalChart.label(forecast, end));
        return svg.append("</svg>\n").toString();
    }

    private void unknown(StringBuilder svg, Account.Gap gap) {
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#e8e8e8\"/>%n",
                x(gap.second()),
                TOP,
                WIDTH * gap.seconds() / end,
                LOAD_TOP + LOAD_HEIGHT - TOP));
    }

    private void grid(StringBuilder svg, double y, String label) {
        line(svg, point(LEFT, y) + " " + point(LEFT + WIDTH, y), "#ddd", "");
        text(svg, LEFT - 8, y + 4, "end", label);
    }

    private static void line(StringBuilder svg, String points, String colour, String dashes) {
        svg.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"")
                .append(colour)
                .append('"');
        if (!dashes.isEmpty()) {
            svg.append(" stroke-dasharray=\"").append(dashes).append('"');
        }
        svg.append(" points=\"").append(points).append("\"/>\n");
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String words) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                escaped(words)));
    }

    private String credit(List<Account.Point> points) {
        return points.stream()
                .map(point -> point(x(point.second()), creditY(point.credit())))
                .collect(Collectors.joining(" "));
    }

    /** The load jumps, it does not glide. */
    private String load(List<Account.Point> points) {
        StringBuilder path = new StringBuilder();
        double before = points.get(0).load();
        for (Account.Point point : points) {
            double x = x(point.second());
            path.append(point(x, loadY(before)))
                    .append(' ')
                    .append(point(x, loadY(point.load())))
                    .append(' ');
            before = point.load();
        }
        return path.toString().strip();
    }

    private static String point(double x, double y) {
        return String.format(Locale.ROOT, "%.1f,%.1f", x, y);
    }

    private double x(double second) {
        return LEFT + WIDTH * second / end;
    }

    private double creditY(double credit) {
        return TOP + CREDIT_HEIGHT * (1 - credit / forecast.credit().cap());
    }

    private double loadY(double load) {
        return LOAD_TOP + LOAD_HEIGHT * (1 - load / most);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
