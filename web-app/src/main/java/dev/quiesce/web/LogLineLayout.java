package dev.quiesce.web;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;

/**
 * One line for each event: time, level, the logger's last name, message; the stack of an error below it. Logback's own
 * pattern would load some two hundred classes for that. Thread-safe.
 */
final class LogLineLayout extends LayoutBase<ILoggingEvent> {
    private static final int LEVEL_WIDTH = 6;
    private static final int NAME_WIDTH = 17;

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        appendTime(line, event.getTimeStamp());
        line.append(' ');
        appendPadded(line, event.getLevel().toString(), LEVEL_WIDTH);
        String name = event.getLoggerName();
        appendPadded(line, name.substring(name.lastIndexOf('.') + 1), NAME_WIDTH);
        line.append(event.getFormattedMessage()).append('\n');
        if (event.getThrowableProxy() != null) {
            line.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        return line.toString();
    }

    private static void appendTime(StringBuilder line, long millis) {
        LocalDateTime time = LocalDateTime.ofInstant(Instant.ofEpochMilli(millis), ZoneId.systemDefault());
        line.append(time.toLocalDate()).append('T');
        appendDigits(line, time.getHour(), 2).append(':');
        appendDigits(line, time.getMinute(), 2).append(':');
        appendDigits(line, time.getSecond(), 2).append('.');
        appendDigits(line, Math.floorMod(millis, 1000), 3);
    }

    private static StringBuilder appendDigits(StringBuilder line, int number, int width) {
        String digits = Integer.toString(number);
        line.append("0".repeat(width - digits.length())).append(digits);
        return line;
    }

    private static void appendPadded(StringBuilder line, String text, int width) {
        line.append(text).append(" ".repeat(Math.max(1, width - text.length())));
    }
}
