package dev.quiesce.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class SocketRequestTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(50);

    @TempDir
    private Path folder;

    @Test
    void address_isWrittenAsNginxDoes() {
        assertThat(SocketRequest.of("http://unix:/var/lib/app.sock:/a?b=c"))
                .contains(new SocketRequest(Path.of("/var/lib/app.sock"), "/a?b=c"));
        assertThat(SocketRequest.of("http://unix:/var/lib/app.sock"))
                .contains(new SocketRequest(Path.of("/var/lib/app.sock"), "/"));
        assertThat(SocketRequest.of("http://127.0.0.1:8080/")).isEmpty();
    }

    @Test
    void answer_isItsStatus_onceItHasComeWhole() throws Exception {
        try (ServerSocketChannel server = listen()) {
            CompletableFuture<String> request = answer(server, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");

            assertThat(request("/a?b=c").status(LONG)).isEqualTo("204");
            assertThat(request.get(10, TimeUnit.SECONDS))
                    .startsWith("GET /a?b=c HTTP/1.1\r\nHost: localhost\r\n")
                    .endsWith("Connection: close\r\n\r\n");
        }
    }

    @Test
    void connectionThatEndsWithoutAnAnswer_isAFailure() throws Exception {
        try (ServerSocketChannel server = listen()) {
            CompletableFuture<String> request = answer(server, "");

            assertThatThrownBy(() -> request("/").status(LONG))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the connection ended after 0 bytes");
            request.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void socketOnWhichNobodyAnswers_isAFailureInTime() throws Exception {
        try (ServerSocketChannel server = listen()) {
            assertThat(server.isOpen()).isTrue();
            assertThatThrownBy(() -> request("/").status(SHORT))
                    .isInstanceOf(IOException.class)
                    .hasMessage("no answer in time over " + folder.resolve("app.sock"));
        }
    }

    @Test
    void socketThatIsNotThere_isAFailure() {
        assertThatThrownBy(() -> request("/").status(LONG)).isInstanceOf(IOException.class);
    }

    private SocketRequest request(String target) {
        return new SocketRequest(folder.resolve("app.sock"), target);
    }

    private ServerSocketChannel listen() throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(folder.resolve("app.sock")));
    }

    /** Answers the next request, which is returned, and hangs up. */
    private static CompletableFuture<String> answer(ServerSocketChannel server, String answer) {
        return CompletableFuture.supplyAsync(() -> {
            try (SocketChannel connection = server.accept()) {
                ByteBuffer request = ByteBuffer.allocate(1024);
                connection.read(request);
                connection.write(StandardCharsets.US_ASCII.encode(answer));
                return StandardCharsets.US_ASCII.decode(request.flip()).toString();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
