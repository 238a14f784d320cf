package dev.quiesce.realtime.testing;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The programs in {@code src/test/node}, in a copy that has what they need.
 *
 * @param folder the copy
 */
public record NodePrograms(Path folder) {
    private static final int OLDEST_NODE = 18;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Pattern VERSION = Pattern.compile("v(\\d+)\\..*");
    private static final String LOCK = "package-lock.json";
    private static final String MODULES = "node_modules";
    private static final String LOG_LEVELS = "logback-process.xml";
    private static final String SERVER = "dev.quiesce.realtime.socketio.ContractServer";

    /** Returns whether there are a Node that is new enough and an npm. */
    public static boolean areRunnable() throws IOException, InterruptedException, TimeoutException {
        Matcher version = VERSION.matcher(output("node", "--version"));
        return version.matches()
                && Integer.parseInt(version.group(1)) >= OLDEST_NODE
                && !output("npm", "--version").isEmpty();
    }

    private static String output(String... command) throws IOException, InterruptedException, TimeoutException {
        String path = System.getenv("PATH");
        if (Stream.of(path.split(":")).noneMatch(each -> Files.isExecutable(Path.of(each, command[0])))) {
            return "";
        }
        try (ServiceProcess process = start(Path.of(""), List.of(command))) {
            process.awaitExit(PATIENCE);
            return process.lastLine();
        }
    }

    /**
     * Copies the programs, and has npm install what they need unless it has done so before.
     *
     * @throws IOException if npm fails; the message has what it said
     */
    public static NodePrograms install(Path source, Path folder)
            throws IOException, InterruptedException, TimeoutException {
        boolean isInstalled = Files.exists(folder.resolve(MODULES).resolve("." + LOCK))
                && Files.exists(folder.resolve(LOCK))
                && Files.mismatch(source.resolve(LOCK), folder.resolve(LOCK)) < 0;
        copy(source, folder);
        if (!isInstalled) {
            try (ServiceProcess npm = start(folder, List.of("npm", "ci", "--no-audit", "--no-fund"))) {
                if (npm.awaitExit(PATIENCE) != 0) {
                    throw new IOException("npm ci failed in " + folder + ":\n" + String.join("\n", npm.lines()));
                }
            }
        }
        return new NodePrograms(folder);
    }

    private static void copy(Path source, Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(source)) {
            all = walk.filter(path -> !source.relativize(path).startsWith(MODULES))
                    .toList();
        }
        for (Path path : all) {
            Path copy = folder.resolve(source.relativize(path).toString());
            if (Files.isDirectory(path)) {
                Files.createDirectories(copy);
            } else {
                Files.copy(path, copy, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** Starts one of the programs. */
    public ServiceProcess start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("node"));
        command.addAll(List.of(arguments));
        return start(folder, command);
    }

    private static ServiceProcess start(Path folder, List<String> command) throws IOException {
        return ServiceProcess.start(folder.toAbsolutePath(), Map.of(), command);
    }

    /** Returns the line for a shell that starts our server of the contract, on the class path of this JVM. */
    public static String server(String... options) {
        if (NodePrograms.class.getResource("/" + LOG_LEVELS) == null) {
            throw new IllegalStateException("there is no " + LOG_LEVELS
                    + " on the class path: the server would write every detail, and be slow");
        }
        List<String> command = new ArrayList<>(List.of(
                ServiceProcess.javaCommand(),
                "-Xmx512m",
                "-Dslf4j.provider=ch.qos.logback.classic.spi.LogbackServiceProvider",
                "-Dlogback.configurationFile=" + LOG_LEVELS,
                "-cp",
                classPath(),
                SERVER));
        command.addAll(List.of(options));
        return command.stream().map(NodePrograms::quoted).collect(Collectors.joining(" "));
    }

    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
