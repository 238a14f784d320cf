package dev.quiesce.web.board;

import java.util.List;
import java.util.SortedSet;

/**
 * Who is signed in and watches, as the page gets it.
 *
 * @param count how many there are
 * @param names the first of them, in order
 */
record Watchers(int count, List<String> names) {
    static final Watchers NOBODY = new Watchers(0, List.of());

    private static final int MOST_LISTED = 100;

    static Watchers of(SortedSet<String> users) {
        return new Watchers(users.size(), users.stream().limit(MOST_LISTED).toList());
    }
}
