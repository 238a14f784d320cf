package dev.quiesce.ops.testing;

import dev.quiesce.ops.process.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The image of the sample service, built as its users build it, with this JVM's JDK and without a network. */
public final class SampleImage {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private SampleImage() {}

    /** Returns the tag that it gets. */
    public static String tag() {
        return "quiesce-test-app:jdk" + Runtime.version().feature();
    }

    /** Builds the image, which takes half a minute unless nothing has changed since the last time, and returns its tag. */
    public static String build(DockerEngine engine) throws IOException, InterruptedException {
        Program.run(
                        PATIENCE,
                        List.of(
                                "env",
                                "DOCKER_HOST=" + engine.host(),
                                Path.of("docker", "build").toAbsolutePath().toString(),
                                tag(),
                                "--network",
                                "none",
                                "--build-arg",
                                "JDK_IMAGE=" + engine.jdkImage(Path.of(System.getProperty("java.home"))),
                                "--build-arg",
                                "BASE_IMAGE=" + engine.baseImage()))
                .orFail();
        return tag();
    }
}
