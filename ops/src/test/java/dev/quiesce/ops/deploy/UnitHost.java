package dev.quiesce.ops.deploy;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import dev.quiesce.ops.testing.FreePort;
import dev.quiesce.ops.testing.RealSystemd;
import dev.quiesce.ops.testing.SampleDatabase;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * A host on which the sample service is a unit of a real systemd, on a port that the unit's socket keeps. Not safe for use by several
 * threads.
 */
final class UnitHost implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path OPS = Path.of("target", "quiesce-ops.jar").toAbsolutePath();
    private static final Path SERVICE =
            Path.of("..", "web-app", "target").toAbsolutePath().normalize();

    private static final String SOCKET = """
            [Socket]
            ListenStream=127.0.0.1:%d
            Backlog=1024
            NoDelay=yes
            """;
    private static final String UNIT = """
            [Unit]
            Requires=board.socket
            After=board.socket
            StartLimitIntervalSec=60
            StartLimitBurst=5
            [Service]
            Type=notify
            NotifyAccess=all
            ExecStart=%1$s/current/run
            EnvironmentFile=%1$s/environment
            Environment=QUIESCE_PLATFORM_GRACE=15s
            StandardInput=socket
            StandardOutput=journal
            StandardError=journal
            TimeoutStopSec=15
            KillMode=mixed
            SuccessExitStatus=143
            Restart=on-failure
            RestartSec=1
            """;

    private final Path folder;
    private final Path config;
    private final RealSystemd systemd;
    private final InetSocketAddress address;

    private UnitHost(Path folder, Path config, RealSystemd systemd, InetSocketAddress address) {
        this.folder = folder;
        this.config = config;
        this.systemd = systemd;
        this.address = address;
    }

    /** Starts the unit with the release "1" in an empty folder. */
    static UnitHost start(Path folder, SampleDatabase database) throws Exception {
        Files.createDirectory(folder.resolve("releases"));
        release(folder, "1");
        new Link(folder.resolve("current")).lead(Optional.of(folder.resolve("releases/1")));
        Files.writeString(
                folder.resolve("environment"),
                database.environment().entrySet().stream()
                        .map(each -> each.getKey() + "=\"" + each.getValue() + "\"\n")
                        .collect(Collectors.joining()));
        int port = FreePort.find();
        RealSystemd systemd = RealSystemd.boot(folder);
        try {
            UnitHost host = new UnitHost(
                    folder, config(folder, port, systemd), systemd, new InetSocketAddress("127.0.0.1", port));
            systemd.install("board.socket", SOCKET.formatted(port));
            systemd.install("board.service", UNIT.formatted(folder));
            host.startTheUnits();
            return host;
        } catch (Throwable e) {
            systemd.close();
            throw e;
        }
    }

    private static Path config(Path folder, int port, RealSystemd systemd) throws IOException {
        return Files.writeString(folder.resolve("deploy.properties"), """
                service = board
                systemd.unit = board.service
                systemctl.command = %3$s
                journalctl.command = %4$s
                release.link = %1$s/current
                ready.url = http://127.0.0.1:%2$d/drill/sleep?ms=0
                ready.timeout = 40s
                state.folder = %1$s/deploy-state
                probe.url = http://127.0.0.1:%2$d/drill/sleep?ms=0
                """.formatted(
                        folder,
                        port,
                        String.join(" ", systemd.command("systemctl")),
                        String.join(" ", systemd.command("journalctl"))));
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

    /** Lets go of the port, and with it of the service. */
    void stopTheUnits() throws InterruptedException {
        systemd.run("systemctl", "stop", "board.socket", "board.service");
    }

    /** Returns once the service is ready. */
    void startTheUnits() throws InterruptedException {
        systemd.run("systemctl", "start", "board.socket", "board.service");
    }

    /** Returns what tells the last start of the service from the ones before. */
    String invocation() throws InterruptedException {
        return systemd.run("systemctl", "show", "--property=InvocationID", "--value", "board.service")
                .strip();
    }

    /** Has the next deploy know of none before. */
    void forgetDeploys() throws IOException {
        Files.deleteIfExists(folder.resolve("deploy-state/unit.json"));
    }

    /** Returns the first line of what runs now. */
    String runs() throws InterruptedException {
        String state = systemd.run("systemctl", "show", "--property=ActiveState", "board.service");
        String log = systemd.run("journalctl", "--quiet", "--output=cat", "_SYSTEMD_INVOCATION_ID=" + invocation());
        return log.lines().findFirst().orElse("nothing") + ", " + state.strip();
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

    @Override
    public void close() {
        systemd.close();
    }
}
