package dev.quiesce.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LossProbeTest {
    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1 200 OK|Content-Length: 2||ok, ''",
        "HTTP/1.1 302 Found|Content-Length: 0||, ''",
        "HTTP/1.1 200 OK|Connection: close||of no length, ''",
        "HTTP/1.1 200 OK|Content-Length: 3||ok, the connection ended after 2 of 3 bytes of the body",
        "HTTP/1.1 200 OK|Content-Le, the connection ended after 27 bytes",
        "'', the connection ended after 0 bytes",
        "HTTP/1.1 502 Bad Gateway|Content-Length: 0||, HTTP/1.1 502 Bad Gateway",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||2|ok|0||, ''",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||2|ok|, the connection ended within the body",
        "HTTP/1.1 404 Not Found|Content-Length: 0||, HTTP/1.1 404 Not Found",
    })
    void answerThatIsNotWhole_orNotFine_isALoss(String answer, String loss) throws Exception {
        CountDownLatch answered = new CountDownLatch(3);
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> serve(server, answer.replace("|", "\r\n"), answered));
            thread.start();
            try (LossProbe probe = LossProbe.start("http://127.0.0.1:" + server.getLocalPort() + "/a?b=c", 100)) {
                assertThat(answered.await(20, TimeUnit.SECONDS)).isTrue();
                assertThat(probe.end()).isGreaterThanOrEqualTo(3);
                if (loss.isEmpty()) {
                    assertThat(probe.losses()).isEmpty();
                } else {
                    assertThat(probe.lost()).isGreaterThanOrEqualTo(3);
                    assertThat(probe.losses()).containsOnly(loss);
                }
            }
        }
    }

    @Test
    @Timeout(20)
    void refusedConnection_isALoss() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        try (LossProbe probe = LossProbe.start("http://127.0.0.1:" + port + "/", 1000)) {
            while (probe.lost() == 0) {
                Thread.onSpinWait();
            }
            assertThat(probe.end()).isEqualTo(probe.lost());
            assertThat(probe.losses()).allMatch(loss -> loss.contains("Connection refused"));
        }
    }

    private static void serve(ServerSocket server, String answer, CountDownLatch answered) {
        while (true) {
            try (Socket socket = server.accept()) {
                byte[] request = new byte[1024];
                int count = socket.getInputStream().read(request);
                assertThat(new String(request, 0, count, StandardCharsets.US_ASCII))
                        .startsWith("GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" + server.getLocalPort() + "\r\n")
                        .endsWith("\r\n\r\n");
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException closed) {
                return;
            }
            answered.countDown();
        }
    }
}
