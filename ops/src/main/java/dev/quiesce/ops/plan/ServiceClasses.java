package dev.quiesce.ops.plan;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.docker.Container;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which class each container has: what the operator has written, and guesses for the others. */
final class ServiceClasses {
    private static final Pattern LINE = Pattern.compile("([A-Za-z0-9][A-Za-z0-9_.-]*)\\s*[=:]\\s*(.*)");
    private static final Pattern JVM = Pattern.compile("java|jvm|jenkins|spring|tomcat|jetty|quarkus|openjdk|temurin");
    private static final Pattern NODE = Pattern.compile("node|nextjs|nuxt|express");
    private static final Pattern NGINX = Pattern.compile("nginx|haproxy|caddy|traefik|envoy");
    private static final Pattern DATABASE = Pattern.compile("mysql|mariadb|postgres|mongo|redis|valkey");
    private static final Pattern BATCH = Pattern.compile("jenkins|runner|batch|cron|backup|build");

    private final Map<String, ServiceClass> written;

    private ServiceClasses(Map<String, ServiceClass> written) {
        this.written = written;
    }

    static ServiceClasses none() {
        return new ServiceClasses(Map.of());
    }

    /**
     * Reads lines such as {@code NAME = jvm, blue-green} or {@code NAME: nginx}.
     *
     * @throws OpsException if a line is none, naming its number
     */
    static ServiceClasses read(String source, String text) {
        Map<String, ServiceClass> classes = new LinkedHashMap<>();
        List<String> lines = text.lines().toList();
        for (int index = 0; index < lines.size(); index++) {
            String line = lines.get(index).replaceFirst("(^|\\s)#.*", "").strip();
            if (line.isEmpty()) {
                continue;
            }
            Matcher matcher = LINE.matcher(line);
            ServiceClass known = matcher.matches() ? classOf(matcher.group(2)) : null;
            if (known == null) {
                throw new OpsException(
                        ExitCode.USAGE,
                        source + ", line " + (index + 1) + ": '" + line
                                + "' is not NAME = CLASS, where CLASS is one of "
                                + "jvm, node, nginx, database, other, and may be followed by batch and blue-green");
            }
            if (classes.put(matcher.group(1), known) != null) {
                throw new OpsException(
                        ExitCode.USAGE,
                        source + ", line " + (index + 1) + ": " + matcher.group(1) + " has a class already");
            }
        }
        return new ServiceClasses(classes);
    }

    private static @Nullable ServiceClass classOf(String words) {
        Set<String> rest = new HashSet<>();
        for (String word : words.replaceAll("[\\[\\]]", "").split("[,\\s]+")) {
            rest.add(word.toLowerCase(Locale.ROOT));
        }
        boolean blueGreen = rest.remove("blue-green");
        boolean batch = rest.remove("batch");
        if (rest.isEmpty() && (batch || blueGreen)) {
            return new ServiceClass(Kind.OTHER, batch, blueGreen, null);
        }
        for (Kind kind : Kind.values()) {
            if (rest.equals(Set.of(kind.name().toLowerCase(Locale.ROOT)))) {
                return new ServiceClass(kind, batch, blueGreen, null);
            }
        }
        return null;
    }

    /** Returns the names that have a class and are not among the given ones, such as misspelt ones. */
    List<String> unused(Set<String> names) {
        return written.keySet().stream().filter(name -> !names.contains(name)).toList();
    }

    /** Returns the class of a container; what the engine knows of it makes a better guess. */
    ServiceClass of(String name, @Nullable Container container) {
        ServiceClass known = written.get(name);
        return known != null ? known : guess(name, container);
    }

    private static ServiceClass guess(String name, @Nullable Container container) {
        String image = container == null ? "" : container.image().replaceFirst(".*/", "");
        String names = (name + ' ' + image).toLowerCase(Locale.ROOT);
        String inside = container == null
                ? ""
                : (String.join(" ", container.command()) + ' ' + String.join(" ", container.variables()))
                        .toLowerCase(Locale.ROOT);
        boolean batch = BATCH.matcher(names).find();
        String by = container == null ? "its name" : "its name and image";
        Kind kind = kind(names);
        if (kind == null) {
            kind = kindInside(inside);
            by = kind == null ? by + ", which tell nothing" : "what it runs";
        }
        if (kind == null) {
            kind = Kind.OTHER;
        }
        boolean blueGreen = !batch && kind != Kind.NGINX && kind != Kind.DATABASE;
        return new ServiceClass(kind, batch, blueGreen, container == null ? by.replace("tell", "tells") : by);
    }

    private static @Nullable Kind kind(String names) {
        if (NGINX.matcher(names).find()) {
            return Kind.NGINX;
        }
        if (DATABASE.matcher(names).find()) {
            return Kind.DATABASE;
        }
        if (JVM.matcher(names).find()) {
            return Kind.JVM;
        }
        return NODE.matcher(names).find() ? Kind.NODE : null;
    }

    private static @Nullable Kind kindInside(String inside) {
        if (inside.matches("(.*[ /])?java( .*)?|.*java_(home|version).*")) {
            return Kind.JVM;
        }
        return inside.matches("(.*[ /])?node( .*)?|.*node_version.*") ? Kind.NODE : null;
    }
}
