package dev.quiesce.ops.connections;

import java.util.regex.Pattern;

/** Statements as they may be shown. */
final class Statements {
    private static final int LONGEST = 90;
    private static final Pattern TEXT =
            Pattern.compile("'(?:[^'\\\\]|\\\\.|'')*('|$)|\"(?:[^\"\\\\]|\\\\.|\"\")*(\"|$)");
    private static final Pattern NUMBER = Pattern.compile("(?<![\\w.`])0x[0-9a-fA-F]+|(?<![\\w.`])\\d+(?:\\.\\d+)?");

    private Statements() {}

    /** Returns a statement without the values in it, which may be anybody's secrets, in one line. */
    static String shown(String statement) {
        String plain = TEXT.matcher(statement).replaceAll("?");
        plain = NUMBER.matcher(plain).replaceAll("?").replaceAll("\\s+", " ").strip();
        return plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST - 1) + "…";
    }
}
