package dev.quiesce.ops.process;

import java.util.ArrayList;
import java.util.List;

/** The words of a command line, without the quotes of the shell. Variables and the like stay as they are. Not thread-safe. */
public final class ShellWords {
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean open;

    private ShellWords() {}

    /** Returns the words of a line. */
    public static List<String> of(String line) {
        ShellWords words = new ShellWords();
        words.read(line);
        return List.copyOf(words.words);
    }

    private void read(String line) {
        char quote = 0;
        for (int at = 0; at < line.length(); at++) {
            char c = line.charAt(at);
            if (c == '\\' && quote != '\'' && at + 1 < line.length()) {
                at++;
                escaped(line.charAt(at), quote);
            } else if (c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
                open = true;
            } else if (quote == 0 && Character.isWhitespace(c)) {
                end();
            } else {
                append(c);
            }
        }
        end();
    }

    /** A line that ends with a backslash goes on in the next one. */
    private void escaped(char c, char quote) {
        if (c == '\n') {
            return;
        }
        if (quote == '"' && "\"\\$`".indexOf(c) < 0) {
            append('\\');
        }
        append(c);
    }

    private void append(char c) {
        word.append(c);
        open = true;
    }

    private void end() {
        if (open) {
            words.add(word.toString());
        }
        word.setLength(0);
        open = false;
    }
}
