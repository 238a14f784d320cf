package dev.quiesce.ops.plan;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.quiesce.ops.process.Program;
import dev.quiesce.ops.testing.DockerEngine;
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

    private final DockerEngine engine;

    private PlanEngine(DockerEngine engine) {
        this.engine = engine;
    }

    static PlanEngine shared() {
        return new PlanEngine(DockerEngine.shared());
    }

    String docker(String... arguments) throws InterruptedException {
        return result(arguments).orFail().out().strip();
    }

    Program.Result result(String... arguments) throws InterruptedException {
        return engine.docker(arguments);
    }

    /** Runs the packaged command line as its user does. */
    Program.Result ops(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "DOCKER_HOST=" + engine.host(),
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
