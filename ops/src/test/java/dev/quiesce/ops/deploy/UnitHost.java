package dev.quiesce.ops.deploy;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import dev.quiesce.ops.testing.Resources;
import dev.quiesce.ops.testing.SampleDatabase;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A host on which the sample service is a unit of systemd, for which a program stands in; the port, the service, its signals and its
 * reports are real. Not safe for use by several threads.
 */
final class UnitHost implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path OPS = Path.of("target", "quiesce-ops.jar").toAbsolutePath();
    private static final Path SERVICE =
            Path.of("..", "web-app", "target").toAbsolutePath().normalize();

    private final Path folder;
    private final Path config;
    private final ServiceProcess systemd;
    private final InetSocketAddress address;

    private UnitHost(Path folder, Path config, ServiceProcess systemd, InetSocketAddress address) {
        this.folder = folder;
        this.config = config;
        this.systemd = systemd;
        this.address = address;
    }

    /** Starts the unit with the release "1" in an empty folder. */
    static UnitHost start(Path folder, SampleDatabase database) throws Exception {
        writeProgram(folder.resolve("systemctl"), Resources.text("/stand-in-systemctl.sh"));
        writeProgram(folder.resolve("journalctl"), Resources.text("/stand-in-journalctl.sh"));
        Files.writeString(folder.resolve("socket"), "LoadState=loaded\nActiveState=active\nInvocationID=\n");
        Files.createDirectory(folder.resolve("releases"));
        release(folder, "1");
        new Link(folder.resolve("current")).lead(java.util.Optional.of(folder.resolve("releases/1")));
        ServiceProcess systemd = ServiceProcess.start(
                folder,
                database.environment(),
                List.of(
                        "perl",
                        "-e",
                        Resources.text("/stand-in-systemd.pl"),
                        folder.toString(),
                        folder + "/current/run"));
        String line = systemd.awaitLine("Listening on", PATIENCE);
        int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
        Path config = Files.writeString(folder.resolve("deploy.properties"), """
                service = board
                systemd.unit = board.service
                systemctl.command = %1$s/systemctl
                journalctl.command = %1$s/journalctl
                release.link = %1$s/current
                ready.url = http://127.0.0.1:%2$d/drill/sleep?ms=0
                ready.timeout = 40s
                state.folder = %1$s/deploy-state
                probe.url = http://127.0.0.1:%2$d/drill/sleep?ms=0
                """.formatted(folder, port));
        return new UnitHost(folder, config, systemd, new InetSocketAddress("127.0.0.1", port));
    }

    InetSocketAddress address() {
        return address;
    }

    Path config() {
        return config;
    }

    /** Returns a release of the sample service, as if it were another version. */
    String release(String version) throws IOException {
        release(folder, version);
        return "releases/" + version;
    }

    private static void release(Path folder, String version) throws IOException {
        release(
                folder,
                version,
                "exec " + ServiceProcess.javaCommand() + " -jar " + SERVICE
                        + "/quiesce-web-app.jar --http-inherited=true --admin-port=0 --drill --admission-patience=25s --admission-waiting=1000");
    }

    /** Returns a release that runs something else. */
    String releaseThatRuns(String version, String script) throws IOException {
        release(folder, version, script);
        return "releases/" + version;
    }

    private static void release(Path folder, String version, String script) throws IOException {
        Path release = Files.createDirectories(folder.resolve("releases").resolve(version));
        writeProgram(release.resolve("run"), "#!/bin/sh\necho This is release " + version + "\n" + script + "\n");
    }

    private static void writeProgram(Path file, String text) throws IOException {
        Files.writeString(file, text);
        if (!file.toFile().setExecutable(true)) {
            throw new IOException(file + " cannot be made executable");
        }
    }

    /** Says of the socket's unit that nobody keeps the port. */
    void stopTheSocket() throws IOException {
        Files.writeString(folder.resolve("socket"), "LoadState=loaded\nActiveState=inactive\nInvocationID=\n");
    }

    /** Returns the first line of what runs now. */
    String runs() throws IOException {
        String state = Files.readString(folder.resolve("state"));
        String invocation = state.substring(state.indexOf("InvocationID=") + "InvocationID=".length())
                .strip();
        try (Stream<String> lines = Files.lines(folder.resolve("log." + invocation))) {
            return lines.findFirst().orElse("nothing") + ", "
                    + state.lines()
                            .filter(line -> line.startsWith("ActiveState="))
                            .findFirst()
                            .orElse("");
        }
    }

    ServiceProcess begin(String command, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(command, "--config", config.toString()));
        arguments.addAll(List.of(options));
        return ServiceProcess.jar(OPS, Map.of(), arguments.toArray(String[]::new));
    }

    DeployHost.End run(String command, String... options) throws Exception {
        try (ServiceProcess process = begin(command, options)) {
            int code = process.awaitExit(PATIENCE);
            return new DeployHost.End(code, String.join("\n", process.lines()));
        }
    }

    DeployHost.End deploy(String release) throws Exception {
        return run("deploy", "--release", release);
    }

    void killAt(String line, String command, String... options) throws Exception {
        try (ServiceProcess process = begin(command, options)) {
            process.awaitLine(line, PATIENCE);
            process.signal("KILL");
            process.awaitExit(PATIENCE);
        } catch (TimeoutException e) {
            throw new AssertionError("the command never said \"" + line + "\"", e);
        }
    }

    /** Its keeper first, which would start another one. */
    @Override
    public void close() {
        List<ProcessHandle> units = ProcessHandle.of(systemd.pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .toList();
        systemd.close();
        units.forEach(ProcessHandle::destroyForcibly);
    }
}
