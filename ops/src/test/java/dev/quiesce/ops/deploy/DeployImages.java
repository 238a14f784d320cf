package dev.quiesce.ops.deploy;

import dev.quiesce.ops.testing.DockerEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Images of one service, as if they were its versions. Not safe for use by several threads. */
final class DeployImages {
    private final DockerEngine engine;
    private final String name;
    private final Path context;
    private final Set<String> built = new HashSet<>();
    private String served = "none";

    DeployImages(DockerEngine engine, String name, Path context) throws IOException {
        this.engine = engine;
        this.name = name;
        this.context = Files.createDirectory(context);
    }

    /** Has each image made anew, and be another one than what serves, also where it is called the same. */
    void beginWith(String servedId) {
        built.clear();
        served = servedId;
    }

    String version(String version) throws Exception {
        return build(
                version,
                "FROM " + engine.jdkImage(Path.of(System.getProperty("java.home"))) + "\nLABEL version=" + version
                        + "\n");
    }

    String thatServesNothing() throws Exception {
        return build(
                "serves-nothing",
                "FROM " + engine.baseImage()
                        + "\nENTRYPOINT [\"sh\", \"-c\", \"trap exit TERM; echo I serve nothing; sleep 600 & wait\"]\n");
    }

    String thatDoesNotStart() throws Exception {
        return build("does-not-start", "FROM " + engine.baseImage() + "\nLABEL version=does-not-start\n");
    }

    /** Returns another name of an image. */
    String anotherNameOf(String image) throws InterruptedException {
        String another = name + ":another-name";
        engine.docker("tag", image, another).orFail();
        return another;
    }

    private String build(String version, String content) throws Exception {
        String tag = name + ":" + version;
        if (built.add(tag)) {
            make(tag, content);
            if (id(tag).equals(served)) {
                make(tag, content + "LABEL another=yes\n");
            }
        }
        return tag;
    }

    private void make(String tag, String content) throws Exception {
        Files.writeString(context.resolve("Dockerfile"), content);
        engine.docker("build", "--tag", tag, context.toString()).orFail();
    }

    private String id(String tag) throws InterruptedException {
        return engine.docker("image", "inspect", "--format", "{{.Id}}", tag)
                .orFail()
                .out()
                .strip();
    }
}
