package dev.quiesce.ops.plan;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.quiesce.ops.process.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The Docker engine that the tests use, and the command line that they run against it. */
final class PlanEngine {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Path BUSYBOX = Path.of("/usr/bin/busybox");

    private final String host;

    private PlanEngine(String host) {
        this.host = host;
    }

    static PlanEngine shared() throws InterruptedException {
        String host = System.getenv().getOrDefault("DOCKER_HOST", "unix:///var/run/docker.sock");
        try {
            Program.run(TIMEOUT, List.of("docker", "-H", host, "version")).orFail();
        } catch (dev.quiesce.ops.cli.OpsException e) {
            abort("skipped: no Docker engine: " + e.getMessage());
        }
        return new PlanEngine(host);
    }

    String docker(String... arguments) throws InterruptedException {
        return result(arguments).orFail().out().strip();
    }

    Program.Result result(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("docker", "-H", host));
        command.addAll(List.of(arguments));
        return Program.run(TIMEOUT, command);
    }

    /** Runs the packaged command line as its user does. */
    Program.Result ops(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "DOCKER_HOST=" + host,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                "target/quiesce-ops.jar"));
        command.addAll(List.of(arguments));
        return Program.run(TIMEOUT, command);
    }

    /** Makes an image with nothing but busybox; no registry is asked. */
    void importImage(String tag, Path folder) throws IOException, InterruptedException {
        if (!Files.isExecutable(BUSYBOX)) {
            abort("skipped: no static busybox in " + BUSYBOX);
        }
        Path bin = Files.createDirectories(folder.resolve("root/bin"));
        Files.createDirectories(folder.resolve("root/www"));
        Files.createDirectories(folder.resolve("root/tmp"));
        Files.copy(BUSYBOX, bin.resolve("busybox"));
        Path tar = folder.resolve("root.tar");
        for (String applet : List.of("sh", "sleep", "touch", "tail", "dd", "httpd")) {
            Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
        Files.writeString(folder.resolve("root/www/index.html"), "up");
        Program.run(TIMEOUT, List.of("tar", "-C", folder.resolve("root").toString(), "-cf", tar.toString(), "."))
                .orFail();
        docker("import", "--change", "ENV PATH=/bin", tar.toString(), tag);
    }
}
