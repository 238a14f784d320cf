package dev.quiesce.ops.connections;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Statements as they may be shown. How a server reads a statement depends on its SQL mode and version, which are not known here:
 * from where two readings differ nothing is shown. Not thread-safe.
 */
final class Statements {
    private static final int LONGEST = 90;
    private static final Pattern VERSIONED = Pattern.compile("/\\*M?!\\d*");
    private static final Pattern DELIMITER = Pattern.compile("['\"`#\\\\]|--|/\\*");

    private final String statement;
    private final StringBuilder plain = new StringBuilder();
    private int position;
    private boolean doubtful;

    private Statements(String statement) {
        this.statement = statement;
    }

    /** Returns a statement without the values and comments in it, which may be anybody's secrets, in one line. */
    static String shown(String statement) {
        Statements scanner = new Statements(statement);
        while (scanner.position < statement.length() && !scanner.doubtful) {
            scanner.next();
        }
        String plain = scanner.plain
                .append(scanner.doubtful ? "? …" : "")
                .toString()
                .replaceAll("[\\s\\p{Cntrl}]+", " ")
                .strip();
        return plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST - 1) + "…";
    }

    private void next() {
        char c = statement.charAt(position);
        if (c == '\'' || c == '"') {
            string(c);
        } else if (c == '`') {
            identifier();
        } else if (c == '#') {
            comment(position, "\n");
        } else if (statement.startsWith("--", position)) {
            dashes();
        } else if (statement.startsWith("/*", position)) {
            block();
        } else if (c == '\\') {
            doubtful = true;
        } else if (!number() && !word()) {
            plain.append(c);
            position++;
        }
    }

    /** With the mode NO_BACKSLASH_ESCAPES, {@code 'C:\'} is a string; without it, it has not ended yet. */
    private void string(char quote) {
        int end = endOfString(quote, true);
        if (end != endOfString(quote, false)) {
            doubtful = true;
            return;
        }
        plain.append('?');
        position = end;
    }

    private int endOfString(char quote, boolean escapes) {
        int at = position + 1;
        while (at < statement.length()) {
            char c = statement.charAt(at);
            if (c == '\\' && escapes) {
                at++;
            } else if (c == quote) {
                if (at + 1 == statement.length() || statement.charAt(at + 1) != quote) {
                    return at + 1;
                }
                at++;
            }
            at++;
        }
        return statement.length();
    }

    private void identifier() {
        int end = endOfString('`', false);
        if (statement.charAt(end - 1) != '`' || end == position + 1) {
            doubtful = true;
            return;
        }
        plain.append(statement, position, end);
        position = end;
    }

    /** Two dashes begin a comment before a blank alone; which characters beyond ASCII are blanks depends on the character set. */
    private void dashes() {
        char next = charAt(position + 2);
        if (next <= ' ' || next == 0x7F) {
            comment(position, "\n");
        } else if (next > 0x7F) {
            doubtful = true;
        } else {
            plain.append('-');
            position++;
        }
    }

    /** Whether the server runs what is in a versioned comment depends on its version. */
    private void block() {
        Matcher versioned = VERSIONED.matcher(statement).region(position, statement.length());
        if (!versioned.lookingAt()) {
            comment(position + 2, "*/");
            return;
        }
        int end = statement.indexOf("*/", versioned.end());
        if (end < 0 || DELIMITER.matcher(statement).region(versioned.end(), end).find()) {
            doubtful = true;
            return;
        }
        plain.append(' ')
                .append(shown(statement.substring(versioned.end(), end)))
                .append(' ');
        position = end + 2;
    }

    private void comment(int from, String close) {
        int end = statement.indexOf(close, from);
        position = end < 0 ? statement.length() : end + close.length();
        plain.append(' ');
    }

    private boolean number() {
        if (!isDigit(position) && !(charAt(position) == '.' && isDigit(position + 1))) {
            return false;
        }
        do {
            position++;
        } while (isOfWord(position) || charAt(position) == '.' || isSignOfExponent());
        plain.append('?');
        return true;
    }

    private boolean isSignOfExponent() {
        char sign = charAt(position);
        char before = charAt(position - 1);
        return (sign == '+' || sign == '-') && (before == 'e' || before == 'E') && isDigit(position + 1);
    }

    /** A digit in a name, such as that of {@code t1} or {@code db.1}, begins no number. */
    private boolean word() {
        int begin = position;
        while (isOfWord(position) || charAt(position) == '.' && position > begin && isOfWord(position + 1)) {
            position++;
        }
        plain.append(statement, begin, position);
        return position > begin;
    }

    private boolean isDigit(int at) {
        return charAt(at) >= '0' && charAt(at) <= '9';
    }

    private boolean isOfWord(int at) {
        char c = charAt(at);
        return isDigit(at)
                || c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c == '_'
                || c == '$'
                || c == '@'
                || c > 0x7F;
    }

    /** Returns a blank behind the end. */
    private char charAt(int at) {
        return at < statement.length() ? statement.charAt(at) : ' ';
    }
}
