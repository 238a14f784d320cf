package dev.quiesce.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.ops.process.Program;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code bin/quiesce-ops}, with a jar that only says what it was given. */
class LauncherTest {
    private static final Path SHIPPED = Path.of("bin/quiesce-ops");
    private static final String JAVA_HOME = System.getProperty("java.home");
    /** What the script needs but java. */
    private static final List<String> TOOLS = List.of("sh", "readlink", "dirname");

    @TempDir
    private Path temporary;

    private Path home;
    private Path script;

    @BeforeEach
    void copyScript() throws IOException {
        assertThat(SHIPPED).isExecutable();
        home = Files.createDirectories(temporary.toRealPath().resolve("a home"));
        Files.createDirectories(home.resolve("bin"));
        script = Files.copy(SHIPPED, home.resolve("bin/quiesce-ops"));
        assertThat(script.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void arguments_reachTheJarBesideTheScript_asTheyAre_andItsExitCodeComesBack() throws Exception {
        makeJar(home.resolve("bin/quiesce-ops.jar"), "beside");
        makeJar(home.resolve("target/quiesce-ops.jar"), "built");

        Program.Result result = run(script, "JAVA_HOME=" + JAVA_HOME, "plan", "two words", "", "*");

        assertThat(result.out()).isEqualTo("beside [plan][two words][][*]\n");
        assertThat(result.code()).isEqualTo(4);
    }

    @Test
    void jarThatTheBuildHasLeft_isFound_throughSymbolicLinksToo() throws Exception {
        makeJar(home.resolve("target/quiesce-ops.jar"), "built");
        Path links = Files.createDirectories(home.resolve("usr/bin"));
        Path relative = Files.createSymbolicLink(links.resolve("relative"), Path.of("../../bin/quiesce-ops"));
        Path absolute = Files.createSymbolicLink(home.resolve("quiesce-ops"), relative);

        assertThat(run(script, "JAVA_HOME=" + JAVA_HOME).out()).isEqualTo("built \n");
        assertThat(run(relative, "JAVA_HOME=" + JAVA_HOME).out()).isEqualTo("built \n");
        assertThat(run(absolute, "JAVA_HOME=" + JAVA_HOME, "x").out()).isEqualTo("built [x]\n");
    }

    @Test
    void withoutJavaHome_javaIsTakenFromThePath() throws Exception {
        makeJar(home.resolve("bin/quiesce-ops.jar"), "beside");

        Program.Result result = run(script, "PATH=" + tools() + ":" + Path.of(JAVA_HOME, "bin"));

        assertThat(result.out()).isEqualTo("beside \n");
    }

    @Test
    void noJar_isOneLine_andExitCode2() throws Exception {
        Program.Result result = run(script, "JAVA_HOME=" + JAVA_HOME);

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .isEqualTo("quiesce-ops: no quiesce-ops.jar in " + home + "/bin or " + home + "/bin/../target: "
                        + "copy it there, or build it by mvn -DskipTests -pl ops -am package\n");
    }

    @Test
    void noJava_isOneLine_andExitCode2() throws Exception {
        makeJar(home.resolve("bin/quiesce-ops.jar"), "beside");

        Program.Result onPath = run(script, "PATH=" + tools());
        Program.Result inJavaHome = run(script, "JAVA_HOME=/nowhere");

        assertThat(onPath.code()).isEqualTo(2);
        assertThat(onPath.err())
                .isEqualTo("quiesce-ops: no java on the PATH: install a JDK or JRE 17 or newer, or set JAVA_HOME\n");
        assertThat(inJavaHome.code()).isEqualTo(2);
        assertThat(inJavaHome.err())
                .isEqualTo("quiesce-ops: no java in JAVA_HOME, which is /nowhere: "
                        + "set it to a JDK or JRE 17 or newer, or unset it\n");
    }

    private static Program.Result run(Path script, String variable, String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("env", "-u", "JAVA_HOME", "-u", "JAVA_TOOL_OPTIONS", variable, script.toString()));
        command.addAll(List.of(arguments));
        return Program.run(Duration.ofSeconds(30), command);
    }

    /** Returns a folder with all that the script needs but java, which may be beside them on this machine. */
    private Path tools() throws IOException {
        Path folder = Files.createDirectories(temporary.resolve("tools"));
        for (String tool : TOOLS) {
            Files.createSymbolicLink(folder.resolve(tool), Path.of("/bin", tool));
        }
        return folder;
    }

    private static void makeJar(Path file, String name) throws IOException {
        Files.createDirectories(file.getParent());
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Echo.class.getName());
        manifest.getMainAttributes().putValue("Echo-Name", name);
        String entry = Echo.class.getName().replace('.', '/') + ".class";
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out, manifest);
                InputStream bytes = Objects.requireNonNull(Echo.class.getResourceAsStream("/" + entry))) {
            jar.putNextEntry(new JarEntry(entry));
            bytes.transferTo(jar);
        }
    }

    /** Stands in for the command line. */
    static final class Echo {
        private Echo() {}

        public static void main(String[] arguments) throws IOException {
            try (InputStream in = Echo.class.getResourceAsStream("/META-INF/MANIFEST.MF")) {
                String name = new Manifest(in).getMainAttributes().getValue("Echo-Name");
                StringBuilder line = new StringBuilder(name + " ");
                for (String argument : arguments) {
                    line.append('[').append(argument).append(']');
                }
                System.out.println(line);
            }
            System.exit(4);
        }
    }
}
