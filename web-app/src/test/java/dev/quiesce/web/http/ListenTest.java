package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.web.testing.RawClient;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where a server listens, and what it finds there and leaves behind. */
@Timeout(30)
class ListenTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("app.sock");
    }

    @Test
    void socketOfTheUnixDomain_isServed_withItsRights_andRemovedInTheEnd() throws Exception {
        try (Served served = Served.start(unix(Optional.empty()))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-rw----");
            assertThat(served.connector().port()).hasToString("unix:" + file);
            try (RawClient client = RawClient.connect(file)) {
                assertThat(client.get("/")).contains("200 OK", "answer to /");
                served.http().quiesce();
                assertThatThrownBy(() -> RawClient.connect(file)).isInstanceOf(IOException.class);
                assertThat(client.get("/late")).contains("200 OK", "Connection: close");
            }
            served.drain(Duration.ofSeconds(5));
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void socketOfTheUnixDomain_isFoundByNobody_beforeTheLastIsAccepted() throws Exception {
        try (Served served = Served.start(unix(Optional.empty()))) {
            CountDownLatch mayAccept = served.holdTheAcceptor();
            try (RawClient held = RawClient.connect(file);
                    RawClient waiting = RawClient.connect(file)) {
                held.send("GET /held HTTP/1.1\r\nHost: test\r\n\r\n");
                waiting.send("GET /waiting HTTP/1.1\r\nHost: test\r\n\r\n");
                CompletableFuture<Void> quiesced =
                        CompletableFuture.runAsync(served.http()::quiesce, command -> new Thread(command).start());
                await().until(() -> !Files.exists(file));
                mayAccept.countDown();

                assertThat(held.answer()).contains("200 OK");
                assertThat(waiting.answer()).contains("200 OK");
                quiesced.join();
            }
        }
    }

    @Test
    void group_isThatOfTheSetting() throws Exception {
        String own =
                Files.readAttributes(folder, PosixFileAttributes.class).group().getName();
        try (Served served = Served.start(unix(Optional.of(own)))) {
            assertThat(served.connector().isOpen()).isTrue();
            assertThat(Files.readAttributes(file, PosixFileAttributes.class)
                            .group()
                            .getName())
                    .isEqualTo(own);
        }
        assertThatThrownBy(() -> Served.start(unix(Optional.of("no-such-group"))))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot listen on " + file)
                .hasMessageContainingAll("there is no group no-such-group", "the group must exist");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void fileThatADeadPredecessorHasLeft_isReplaced() throws Exception {
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(file));
        }
        assertThat(file).exists();

        try (Served served = Served.start(unix(Optional.empty()));
                RawClient client = RawClient.connect(file)) {
            assertThat(served.connector().isOpen()).isTrue();
            assertThat(client.get("/")).contains("200 OK");
        }
    }

    @Test
    void fileOnWhichSomebodyListens_isLeftAlone() throws Exception {
        try (Served first = Served.start(unix(Optional.empty()))) {
            assertThat(first.connector().isOpen()).isTrue();
            assertThatThrownBy(() -> Served.start(unix(Optional.empty())))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("cannot listen on " + file + ": a process listens there");
            try (RawClient client = RawClient.connect(file)) {
                assertThat(client.get("/")).contains("200 OK");
            }
        }
    }

    @Test
    void fileThatIsNoSocket_isLeftAlone() throws Exception {
        Files.writeString(file, "precious");

        assertThatThrownBy(() -> Served.start(unix(Optional.empty())))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot listen on " + file + ": there is a file that is no socket");
        assertThat(file).hasContent("precious");
    }

    @Test
    void fileOfASuccessor_isNotRemoved() throws Exception {
        Served first = Served.start(unix(Optional.empty()));
        Path next = folder.resolve("next.sock");
        try (Served second =
                Served.start(new Listen.Unix(next, PosixFilePermissions.fromString("rw-rw----"), Optional.empty()))) {
            assertThat(second.connector().isOpen()).isTrue();
            Files.move(next, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            first.http().quiesce();
            first.http().stop(Deadline.after(Duration.ofSeconds(5)));
            first.close();

            try (RawClient client = RawClient.connect(file)) {
                assertThat(client.get("/")).contains("200 OK");
            }
        }
    }

    @Test
    void fileOfASuccessor_thatTookThePathWhileTheFirstWasDraining_isNotRemoved() throws Exception {
        Served first = Served.start(unix(Optional.empty()));
        first.http().quiesce();
        // The system may give it the key of the file that is gone.
        try (Served second = Served.start(unix(Optional.empty()))) {
            assertThat(second.connector().isOpen()).isTrue();
            first.http().stop(Deadline.after(Duration.ofSeconds(5)));
            first.close();

            try (RawClient client = RawClient.connect(file)) {
                assertThat(client.get("/")).contains("200 OK");
            }
        }
    }

    @Test
    void folderThatDoesNotExist_isSaid() {
        Path nowhere = folder.resolve("nowhere").resolve("app.sock");

        assertThatThrownBy(() -> Served.start(
                        new Listen.Unix(nowhere, PosixFilePermissions.fromString("rw-rw----"), Optional.empty())))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot listen on " + nowhere)
                .hasMessageContaining("the folder must exist and be writable");
    }

    @Test
    void standardInputThatIsNoSocket_isSaid() {
        assertThatThrownBy(() -> Served.start(new Listen.Inherited()))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "cannot listen on the inherited socket: the standard input is no listening socket; let systemd"
                                + " pass it by StandardInput=socket and Accept=no");
    }

    @Test
    void hostThatDoesNotExist_isSaid() {
        assertThatThrownBy(() -> Served.start(new Listen.Tcp("no-such-host.invalid", 0)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is no host no-such-host.invalid");
    }

    private Listen.Unix unix(Optional<String> group) {
        return new Listen.Unix(file, PosixFilePermissions.fromString("rw-rw----"), group);
    }
}
