package dev.quiesce.ops.testing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quiesce.lifecycle.testing.ServiceProcess;
import dev.quiesce.ops.process.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A systemd that manages units for a test, in namespaces of its own. Its services see the host's files and network; {@code /run},
 * {@code /opt}, {@code /tmp} but for the test's folder, and what is written to {@code /etc} are theirs alone. Not safe for use by several threads.
 */
public final class RealSystemd implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    private static final String TARGET = """
            [Unit]
            DefaultDependencies=no
            Requires=systemd-journald.socket systemd-journald.service
            """;
    private static final String JOURNAL_SOCKET = """
            [Unit]
            DefaultDependencies=no
            [Socket]
            ListenDatagram=/run/systemd/journal/socket
            ListenStream=/run/systemd/journal/stdout
            PassCredentials=yes
            ReceiveBuffer=8M
            """;
    private static final String JOURNAL = """
            [Unit]
            DefaultDependencies=no
            Requires=systemd-journald.socket
            After=systemd-journald.socket
            [Service]
            Type=notify
            ExecStart=/lib/systemd/systemd-journald
            StandardOutput=null
            """;

    private final Path units;
    private final ServiceProcess namespaces;
    private final String group;
    private long manager;

    private RealSystemd(Path units, ServiceProcess namespaces, String group) {
        this.units = units;
        this.namespaces = namespaces;
        this.group = group;
    }

    /** Boots one, with its units in a folder that is made in the given one; skips the test where that is not possible. */
    public static RealSystemd boot(Path folder) throws IOException, InterruptedException {
        assumeTrue(isPossible(), "skipped: no systemd that may be booted in namespaces of its own");
        Path units = Files.createDirectory(folder.resolve("units"));
        Files.writeString(units.resolve("boot.target"), TARGET);
        for (String empty : List.of("sysinit.target", "basic.target", "shutdown.target")) {
            Files.writeString(units.resolve(empty), "[Unit]\nDefaultDependencies=no\n");
        }
        Files.writeString(units.resolve("systemd-journald.socket"), JOURNAL_SOCKET);
        Files.writeString(units.resolve("systemd-journald.service"), JOURNAL);
        String group = "quiesce-test-" + UUID.randomUUID();
        ServiceProcess namespaces = ServiceProcess.start(
                folder,
                Map.of(),
                List.of("sh", "-c", Resources.text("/boot-systemd.sh"), "boot-systemd", folder.toString(), group));
        RealSystemd systemd = new RealSystemd(units, namespaces, group);
        try {
            await().atMost(PATIENCE).until(() -> systemd.isUp() || !namespaces.isAlive());
        } finally {
            if (!systemd.isUp()) {
                systemd.close();
                throw new IllegalStateException("systemd has not come up: " + namespaces.lines());
            }
        }
        return systemd;
    }

    private static boolean isPossible() throws InterruptedException {
        return Files.isExecutable(Path.of("/lib/systemd/systemd"))
                && Stream.of("cgroup.procs", "systemd/cgroup.procs")
                        .map(CGROUPS::resolve)
                        .anyMatch(Files::isWritable)
                && Program.run(PATIENCE, List.of("unshare", "--pid", "--fork", "--mount", "--cgroup", "true"))
                        .isOk();
    }

    private boolean isUp() throws InterruptedException {
        manager = ProcessHandle.of(namespaces.pid()).stream()
                .flatMap(ProcessHandle::children)
                .filter(child -> child.info().command().orElse("").endsWith("/systemd"))
                .mapToLong(ProcessHandle::pid)
                .findFirst()
                .orElse(0);
        return manager != 0
                && Program.run(PATIENCE, command("systemctl", "is-active", "boot.target"))
                        .isOk();
    }

    /** Returns the folder of the units. */
    public Path units() {
        return units;
    }

    /** Adds a unit, or changes it. */
    public void install(String unit, String text) throws IOException, InterruptedException {
        Path file = units.resolve(unit);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        run("systemctl", "daemon-reload");
    }

    /** Returns the command that runs another one where this systemd is process 1. */
    public List<String> command(String... words) {
        List<String> command =
                new ArrayList<>(List.of("nsenter", "--target", Long.toString(manager), "--mount", "--pid", "--cgroup"));
        command.addAll(List.of(words));
        return command;
    }

    /** Runs a command where this systemd is process 1, and returns what it has written. */
    public String run(String... words) throws InterruptedException {
        return Program.run(PATIENCE, command(words)).orFail().out();
    }

    /** Ends it with all of its services, at once. */
    @Override
    public void close() {
        namespaces.close();
        await().atMost(PATIENCE).until(this::removeCgroups);
    }

    /** Each hierarchy has the group, and has it empty a moment after the last process has ended. */
    private boolean removeCgroups() throws IOException {
        try (Stream<Path> hierarchies = Files.list(CGROUPS)) {
            return Stream.concat(Stream.of(CGROUPS), hierarchies)
                    .map(hierarchy -> hierarchy.resolve(group))
                    .filter(Files::isDirectory)
                    .allMatch(RealSystemd::remove);
        }
    }

    private static boolean remove(Path cgroup) {
        try (Stream<Path> all = Files.walk(cgroup)) {
            return all.filter(Files::isDirectory)
                    .sorted(Comparator.reverseOrder())
                    .allMatch(each -> each.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }
}
