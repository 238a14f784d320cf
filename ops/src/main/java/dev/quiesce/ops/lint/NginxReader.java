package dev.quiesce.ops.lint;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.cli.Secrets;
import java.util.ArrayList;
import java.util.List;

/** Reads the language of nginx: words, quotes, comments, blocks. Not thread-safe. */
final class NginxReader {
    /** Takes the place of what {@code include} names. */
    interface Includes {
        /** Returns whether the files of the directive have been read into its parent. */
        boolean read(Directive include, Directive into);
    }

    private static final int EOF = -1;

    private final String file;
    private final String text;
    private final Includes includes;
    private int at;
    private int line = 1;

    NginxReader(String file, String text, Includes includes) {
        this.file = file;
        this.text = text;
        this.includes = includes;
    }

    /**
     * Reads the whole text into a block.
     *
     * @throws OpsException if it is not what nginx reads
     */
    void readInto(Directive block) {
        readBlock(block, false);
    }

    private void readBlock(Directive block, boolean closes) {
        while (true) {
            skipBlanks();
            int next = peek();
            if (next == EOF || next == '}') {
                if (closes != (next == '}')) {
                    throw mistake(closes ? "a block is not closed by '}'" : "there is a '}' too many");
                }
                at++;
                return;
            }
            readDirective(block);
        }
    }

    private void readDirective(Directive parent) {
        Place place = new Place(file, line);
        List<String> words = new ArrayList<>();
        while (true) {
            skipBlanks();
            int next = peek();
            if (next == EOF || next == '}') {
                throw mistake("'" + Secrets.masked(String.join(" ", words)) + "' is not ended by ';'");
            }
            if (next == ';' || next == '{') {
                break;
            }
            words.add(word());
        }
        if (words.isEmpty()) {
            throw mistake("'" + text.charAt(at) + "' follows no directive");
        }
        Directive directive = new Directive(words.get(0), words.subList(1, words.size()), place, parent);
        boolean opens = text.charAt(at) == '{';
        at++;
        if (opens && directive.name().endsWith("_by_lua_block")) {
            skipForeignBlock();
        } else if (opens) {
            parent.block().add(directive);
            readBlock(directive, true);
        } else if (!directive.name().equals("include") || !includes.read(directive, parent)) {
            parent.block().add(directive);
        }
    }

    private String word() {
        StringBuilder word = new StringBuilder();
        int quote = peek() == '"' || peek() == '\'' ? next() : 0;
        while (true) {
            int next = peek();
            if (next == EOF) {
                if (quote != 0) {
                    throw mistake("a quote is not closed");
                }
                return word.toString();
            }
            if (quote != 0 && next == quote) {
                next();
                return word.toString();
            }
            boolean variable = next == '{' && word.length() > 0 && word.charAt(word.length() - 1) == '$';
            if (quote == 0 && !variable && (Character.isWhitespace(next) || next == ';' || next == '{')) {
                return word.toString();
            }
            word.append((char) next());
            if (variable) {
                while (peek() != '}' && peek() != EOF) {
                    word.append((char) next());
                }
            }
            if (next == '\\' && peek() != EOF) {
                char escaped = (char) next();
                if (escaped == '"' || escaped == '\'' || escaped == '\\') {
                    word.setLength(word.length() - 1);
                }
                word.append(escaped);
            }
        }
    }

    private void skipBlanks() {
        while (peek() != EOF && (Character.isWhitespace(peek()) || peek() == '#')) {
            if (peek() == '#') {
                while (peek() != EOF && peek() != '\n') {
                    next();
                }
            } else {
                next();
            }
        }
    }

    private void skipForeignBlock() {
        int open = 1;
        while (open > 0) {
            int next = next();
            if (next == EOF) {
                throw mistake("a block of Lua is not closed by '}'");
            }
            open += next == '{' ? 1 : next == '}' ? -1 : 0;
        }
    }

    private int peek() {
        return at < text.length() ? text.charAt(at) : EOF;
    }

    private int next() {
        int next = peek();
        at++;
        if (next == '\n') {
            line++;
        }
        return next;
    }

    private OpsException mistake(String what) {
        return new OpsException(
                ExitCode.UNAVAILABLE,
                new Place(file, line) + ": nginx would not read this: " + what + "; try nginx -t");
    }
}
