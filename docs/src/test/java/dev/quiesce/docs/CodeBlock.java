package dev.quiesce.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A block of Java on a page.
 *
 * @param place the page and the line on which the block begins
 * @param sample the file that it is marked to be from; null if it has no mark
 * @param lines the code
 */
record CodeBlock(String place, @Nullable String sample, List<String> lines) {
    private static final Pattern FENCE = Pattern.compile("\\s*(```|~~~)\\s*(?i:java)\\b.*");
    private static final Pattern MARK = Pattern.compile("<!-- sample: (\\S+) -->");

    /** Returns the blocks of Java on a page. */
    static List<CodeBlock> in(String page, List<String> lines) {
        List<CodeBlock> blocks = new ArrayList<>();
        for (int begin = 0; begin < lines.size(); begin++) {
            Matcher fence = FENCE.matcher(lines.get(begin));
            if (fence.matches()) {
                int end = begin + 1;
                while (!lines.get(end).strip().equals(fence.group(1))) {
                    end++;
                }
                Matcher mark = MARK.matcher(begin == 0 ? "" : lines.get(begin - 1));
                String sample = mark.matches() ? mark.group(1) : null;
                blocks.add(new CodeBlock(page + ":" + (begin + 1), sample, lines.subList(begin + 1, end)));
                begin = end;
            }
        }
        return blocks;
    }

    /** Returns where it stands, and what it shows. */
    @Override
    public String toString() {
        return place + (sample == null ? "" : " (" + sample + ")");
    }
}
