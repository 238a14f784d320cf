package dev.quiesce.ops.connections;

import dev.quiesce.ops.cli.Table;
import dev.quiesce.ops.connections.Snapshot.LockWait;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A snapshot as text and as JSON. */
final class Answers {
    private static final int MOST_QUERIES = 5;

    /** What is counted together. */
    record Group(String service, String instance, Session.Life life, String host, String state)
            implements Comparable<Group> {
        @Override
        public int compareTo(Group other) {
            return Comparator.comparing(Group::service)
                    .thenComparing(Group::instance)
                    .thenComparing(Group::host)
                    .thenComparing(Group::state)
                    .thenComparing(Group::life)
                    .compare(this, other);
        }

        static Group of(Session session) {
            return new Group(session.service(), session.instance(), session.life(), session.host(), session.state());
        }

        @Override
        public String toString() {
            return service + " " + instance + " (" + life + ") " + host + " " + state;
        }
    }

    private Answers() {}

    static Map<Group, List<Session>> groups(Snapshot snapshot) {
        Map<Group, List<Session>> groups = new TreeMap<>();
        for (Session session : snapshot.sessions()) {
            groups.computeIfAbsent(Group.of(session), group -> new ArrayList<>())
                    .add(session);
        }
        return groups;
    }

    static String text(Snapshot snapshot) {
        StringBuilder text = new StringBuilder();
        text.append(snapshot.connected()).append(" of ").append(snapshot.allowed());
        text.append(" connections are taken, this one included\n\n");
        Table table = new Table("SERVICE", "INSTANCE", "LIFE", "HOST", "STATE", "CONNECTIONS", "SHORTEST", "LONGEST");
        groups(snapshot)
                .forEach((group, sessions) -> table.row(
                        group.service(),
                        group.instance(),
                        group.life().toString(),
                        group.host(),
                        group.state(),
                        Integer.toString(sessions.size()),
                        age(sessions.stream().mapToLong(Session::millis).min().orElse(0)),
                        age(sessions.stream().mapToLong(Session::millis).max().orElse(0))));
        if (!snapshot.sessions().isEmpty()) {
            text.append(table);
        }
        List<Session> queries = queries(snapshot);
        if (!queries.isEmpty()) {
            Table longest = new Table("QUERY OF", "CONNECTION", "FOR", "STATEMENT");
            queries.forEach(query -> longest.row(
                    query.service() + " " + query.instance(),
                    Long.toString(query.id()),
                    age(query.millis()),
                    query.statement()));
            text.append('\n').append(longest);
        }
        if (!snapshot.waits().isEmpty()) {
            Table waits = new Table("WAITS", "FOR", "BLOCKED BY", "WHOSE TRANSACTION IS", "STATEMENT");
            snapshot.waits()
                    .forEach(wait -> waits.row(
                            name(snapshot, wait.waiting()),
                            wait.seconds() + " s",
                            name(snapshot, wait.blocking()),
                            wait.transactionSeconds() + " s old",
                            wait.statement()));
            text.append('\n').append(waits);
        }
        long silent = Orphans.candidates(snapshot).size();
        if (silent > 0) {
            text.append('\n').append(silent).append(silent == 1 ? " connection is" : " connections are");
            text.append(" of pools that no longer show that they live; --kill-orphans ends those of the dead\n");
        }
        return text + notes(snapshot.notes());
    }

    static String notes(List<String> notes) {
        return notes.stream().map(note -> "not shown: " + note + '\n').collect(Collectors.joining());
    }

    static Map<String, Object> map(Snapshot snapshot) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("connections", snapshot.connected());
        map.put("maxConnections", snapshot.allowed());
        List<Map<String, Object>> groups = new ArrayList<>();
        groups(snapshot).forEach((group, sessions) -> {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("service", group.service());
            each.put("instance", group.instance());
            each.put("life", group.life().toString());
            each.put("host", group.host());
            each.put("state", group.state());
            each.put("connections", sessions.size());
            each.put(
                    "longestMillis",
                    sessions.stream().mapToLong(Session::millis).max().orElse(0));
            groups.add(each);
        });
        map.put("groups", groups);
        map.put("queries", queries(snapshot).stream().map(Answers::map).toList());
        map.put("lockWaits", snapshot.waits().stream().map(Answers::map).toList());
        map.put("notShown", snapshot.notes());
        return map;
    }

    static Map<String, Object> map(Session session) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", session.id());
        map.put("service", session.service());
        map.put("instance", session.instance());
        map.put("host", session.host());
        map.put("state", session.state());
        map.put("millis", session.millis());
        map.put("statement", session.statement());
        return map;
    }

    /** Returns what has changed from one moment to the next, a line each. */
    static List<String> changes(Snapshot before, Snapshot after) {
        Map<Group, Integer> counts = new TreeMap<>();
        groups(before).forEach((group, sessions) -> counts.merge(group, -sessions.size(), Integer::sum));
        groups(after).forEach((group, sessions) -> counts.merge(group, sessions.size(), Integer::sum));
        Map<Group, List<Session>> now = groups(after);
        List<String> lines = new ArrayList<>();
        counts.forEach((group, change) -> {
            if (change != 0) {
                int size = now.getOrDefault(group, List.of()).size();
                lines.add("%+d  %s: %d".formatted(change, group, size));
            }
        });
        return lines;
    }

    static String age(long millis) {
        if (millis < 1000) {
            return millis + " ms";
        }
        long seconds = millis / 1000;
        return seconds < 600 ? seconds + " s" : seconds / 60 + " min";
    }

    private static List<Session> queries(Snapshot snapshot) {
        return snapshot.sessions().stream()
                .filter(Session::isBusy)
                .sorted(Comparator.comparingLong(Session::millis).reversed())
                .limit(MOST_QUERIES)
                .toList();
    }

    private static String name(Snapshot snapshot, long id) {
        return snapshot.sessions().stream()
                .filter(session -> session.id() == id)
                .findFirst()
                .map(session -> session.service() + " " + session.instance() + " (" + id + ", " + session.state() + ")")
                .orElse(Long.toString(id));
    }

    private static Map<String, Object> map(LockWait wait) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("waiting", wait.waiting());
        map.put("blocking", wait.blocking());
        map.put("seconds", wait.seconds());
        map.put("transactionSeconds", wait.transactionSeconds());
        map.put("statement", wait.statement());
        return map;
    }
}
