package dev.quiesce.ops.testing;

import dev.quiesce.ops.process.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Images made of what is installed on this machine, each once. Thread-safe. */
final class LocalImages {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final DockerEngine engine;

    LocalImages(DockerEngine engine) {
        this.engine = engine;
    }

    String base() throws IOException, InterruptedException {
        return image("quiesce-test-base", List.of(), List.of("ENV PATH=" + PATH));
    }

    String jdk(Path home) throws IOException, InterruptedException {
        List<String> content = new ArrayList<>(List.of(
                "--library",
                "libcrypt.so.1",
                "--library",
                "libsystemd.so.0",
                home.toRealPath().toString()));
        return image(
                "quiesce-test-jdk",
                content,
                List.of("ENV PATH=" + home.toRealPath() + "/bin:" + PATH, "ENV JAVA_HOME=" + home.toRealPath()));
    }

    String nginx() throws IOException, InterruptedException {
        return image(
                "quiesce-test-nginx",
                List.of("/usr/sbin/nginx", "/etc/nginx/mime.types"),
                List.of("ENV PATH=" + PATH, "ENTRYPOINT [\"nginx\", \"-g\", \"daemon off;\"]"));
    }

    private synchronized String image(String name, List<String> content, List<String> changes)
            throws IOException, InterruptedException {
        String script = Resources.text("/root-file-system.sh");
        String tag = name + ":" + digest(script + content + changes);
        if (engine.docker("image", "inspect", tag).isOk()) {
            return tag;
        }
        Path archive = Files.createTempFile(name, ".tar");
        try {
            List<String> make = new ArrayList<>(List.of(
                    "sh", "-c", "archive=$1; shift; { " + script + "\n} >\"$archive\"", "sh", archive.toString()));
            make.addAll(content);
            Program.run(PATIENCE, make).orFail();
            List<String> load = new ArrayList<>(List.of("import"));
            changes.forEach(change -> load.addAll(List.of("--change", change)));
            load.addAll(List.of(archive.toString(), tag));
            engine.docker(load).orFail();
            return tag;
        } finally {
            Files.delete(archive);
        }
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
