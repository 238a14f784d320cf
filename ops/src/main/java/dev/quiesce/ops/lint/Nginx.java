package dev.quiesce.ops.lint;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** All that is given of nginx's configuration, as one tree. Not thread-safe. */
final class Nginx {
    private static final List<String> OF_NO_INTEREST = List.of("types", "params", "modules-enabled");

    private final Directive root = new Directive("", List.of(), new Place("", 0), null);
    private final Map<String, String> given = new LinkedHashMap<>();
    private final Set<String> read = new HashSet<>();
    private final Deque<String> reading = new ArrayDeque<>();
    private final Findings findings;
    private String base = "";

    /**
     * Somewhere that requests are sent on.
     *
     * @param location the block that does so
     * @param pass its {@code proxy_pass}
     * @param upstream the group that this names; nothing if it names a server itself
     * @param servers the servers, as they are written
     */
    record Route(Directive location, Directive pass, Optional<Directive> upstream, List<Value<String>> servers) {}

    /**
     * Reads files.
     *
     * @param files their texts by their names
     */
    Nginx(Map<String, String> files, Findings findings) {
        this.findings = findings;
        given.putAll(files);
        for (Map.Entry<String, String> file : files.entrySet()) {
            if (isWhole(file.getKey(), file.getValue())) {
                base = file.getKey();
                read(file.getKey(), file.getValue(), root);
            }
        }
        Directive http = root.find("http").orElse(root);
        files.forEach((fragment, text) -> {
            if (!read.contains(fragment)) {
                read(fragment, text, http);
            }
        });
    }

    /** Returns whether nothing is given. */
    boolean isEmpty() {
        return root.block().isEmpty();
    }

    /** Returns whether the outermost block is given, and not only what is included there. */
    boolean isWhole() {
        return !base.isEmpty();
    }

    /** Returns the place of the outermost block. */
    Place place() {
        return new Place(base, 1);
    }

    Optional<Directive> find(String name) {
        return root.find(name);
    }

    Stream<Directive> all(String name) {
        return root.tree().filter(each -> each.name().equals(name));
    }

    List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        root.tree()
                .forEach(location -> location.find("proxy_pass")
                        .ifPresent(pass -> route(location, pass).ifPresent(routes::add)));
        return routes;
    }

    private Optional<Route> route(Directive location, Directive pass) {
        String target = pass.argument(0).replaceFirst("^https?://", "");
        if (target.startsWith("$")) {
            findings.notChecked(
                    pass.place() + ": proxy_pass " + pass.value().text() + ", which is known only at run time");
            return Optional.empty();
        }
        String host = target.startsWith("unix:") ? target.replaceFirst(":/[^:]*$", "") : target.replaceFirst("/.*", "");
        Optional<Directive> upstream =
                all("upstream").filter(each -> each.argument(0).equals(host)).findFirst();
        List<Value<String>> servers = upstream.map(group -> group.all("server").stream()
                        .map(server -> Value.of("server", String.join(" ", server.arguments()), server.place()))
                        .toList())
                .orElseGet(() -> List.of(Value.of("proxy_pass", host, pass.place())));
        return Optional.of(new Route(location, pass, upstream, servers));
    }

    private static boolean isWhole(String file, String text) {
        Directive top = new Directive("", List.of(), new Place("", 0), null);
        new NginxReader(file, text, (include, into) -> false).readInto(top);
        return top.find("http").isPresent() || top.find("events").isPresent();
    }

    private void read(String file, String text, Directive into) {
        if (reading.contains(file)) {
            throw new OpsException(ExitCode.UNAVAILABLE, file + " includes itself");
        }
        read.add(file);
        reading.push(file);
        new NginxReader(file, text, this::include).readInto(into);
        reading.pop();
    }

    /** Reads what is included, which may be in several places, from the files that are given, or from beside them. */
    private boolean include(Directive include, Directive into) {
        String wanted = include.argument(0);
        Path pattern = Path.of(base.isEmpty() ? include.place().file() : base).resolveSibling(wanted);
        Map<String, String> files = new TreeMap<>();
        given.forEach((file, text) -> {
            boolean outer = file.equals(base) || reading.contains(file);
            if (!outer && matches(pattern.getFileName(), Path.of(file).getFileName())) {
                files.put(file, text);
            }
        });
        boolean isOfInterest = OF_NO_INTEREST.stream().noneMatch(wanted::contains);
        if (files.isEmpty() && isOfInterest) {
            readBeside(pattern, files);
        }
        if (files.isEmpty() && isOfInterest) {
            findings.notChecked(
                    include.place() + ": include " + include.value().text() + ", which is not here; give it as a file");
        }
        files.forEach((file, text) -> read(file, text, into));
        return true;
    }

    private void readBeside(Path pattern, Map<String, String> into) {
        Path folder = pattern.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, Files::isRegularFile)) {
            for (Path file : all) {
                if (matches(pattern.getFileName(), file.getFileName())) {
                    into.put(pattern.resolveSibling(file.getFileName()).toString(), Files.readString(file));
                }
            }
        } catch (IOException e) {
            throw new OpsException(ExitCode.UNAVAILABLE, folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean matches(Path pattern, Path name) {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        return matcher.matches(name);
    }
}
