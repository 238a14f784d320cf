package dev.quiesce.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the server when the process that owns it gets signals. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmbeddedMariaDbProcessTest {
    private static final Duration STOP = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    private Process owner;
    private String url;
    private BufferedReader output;

    @AfterEach
    void tearDown() throws Exception {
        if (owner != null) {
            owner.destroyForcibly().waitFor();
        }
        await().atMost(STOP).until(() -> Servers.on(folder).isEmpty());
    }

    @Test
    void signalsOfTheTerminal_doNotReachTheServer() throws Exception {
        startOwner();
        long group = owner.pid();

        Servers.signal("INT", -group);
        Servers.signal("QUIT", -group);
        Servers.signal("HUP", -group);

        await().during(Duration.ofMillis(500)).until(() -> Servers.answers(url));
        Servers.signal("TERM", owner.pid());
        owner.getOutputStream().write('\n');
        owner.getOutputStream().flush();
        assertThat(output.lines()).contains("STOPPED");
        assertThat(owner.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(Servers.on(folder)).isEmpty();
    }

    @Test
    void serverWhoseOwnerIsKilled_stopsInGoodOrder() throws Exception {
        startOwner();

        owner.destroyForcibly().waitFor();

        await().atMost(STOP).until(() -> Servers.on(folder).isEmpty());
        assertThat(folder.resolve("server.log")).content().contains("Shutdown complete");
    }

    @Test
    void startRightAfterTheOwnerWasKilled_works() throws Exception {
        startOwner();
        owner.destroyForcibly().waitFor();
        EmbeddedMariaDb server = new EmbeddedMariaDb(EmbeddedConfig.at(folder));

        server.start();

        assertThat(Servers.answers(server)).isTrue();
        server.stop(Deadline.after(STOP));
    }

    @Test
    void serverThatOutlivedItsOwner_isTakenDownByTheNextStart() throws Exception {
        EmbeddedMariaDb preparing = new EmbeddedMariaDb(EmbeddedConfig.at(folder));
        preparing.start();
        List<String> command =
                List.of(Servers.process(preparing).info().arguments().orElseThrow());
        String program = Servers.process(preparing).info().command().orElseThrow();
        preparing.stop(Deadline.after(STOP));
        // Without the wrapper, as on a system that has none.
        List<String> bare = new java.util.ArrayList<>(command);
        bare.add(0, program);
        Process leftOver = new ProcessBuilder(bare)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        await().atMost(STOP).until(() -> Servers.answers(preparing));
        EmbeddedMariaDb server = new EmbeddedMariaDb(EmbeddedConfig.at(folder));

        server.start();

        assertThat(leftOver.isAlive()).isFalse();
        assertThat(leftOver.exitValue()).isZero();
        assertThat(Servers.answers(server)).isTrue();
        server.stop(Deadline.after(STOP));
    }

    @Test
    void dataFolderInUseByAnotherProcess_isRefused() throws Exception {
        startOwner();

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> new EmbeddedMariaDb(EmbeddedConfig.at(folder)).start())
                .withMessageContaining("is in use by another server");
        assertThat(Servers.answers(url)).isTrue();
    }

    private void startOwner() throws Exception {
        EmbeddedMariaDb address = new EmbeddedMariaDb(EmbeddedConfig.at(folder));
        url = address.jdbcUrl("");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        owner = new ProcessBuilder(
                        "setsid",
                        java,
                        "-cp",
                        classPath,
                        EmbeddedProgram.class.getName(),
                        folder.toString(),
                        Integer.toString(address.port()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        output = owner.inputReader();
        await().atMost(STOP).until(() -> output.lines().anyMatch("READY"::equals));
    }
}
