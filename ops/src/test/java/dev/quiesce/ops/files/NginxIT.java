package dev.quiesce.ops.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quiesce.ops.testing.SampleDatabase;
import dev.quiesce.web.testing.Launch;
import dev.quiesce.web.testing.Nginx;
import dev.quiesce.web.testing.PlacedInstance;
import dev.quiesce.web.testing.RawClient;
import dev.quiesce.web.testing.SocketIoClient;
import dev.quiesce.web.testing.StablePort;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The configuration of nginx that is shipped, in a real nginx before the sample service. */
@Tag("slow")
@ExtendWith(SampleDatabase.Provider.class)
class NginxIT {
    private static final Path JAR = Path.of("..", "web-app", "target", "quiesce-web-app.jar");
    private static final String ID = "123e4567-e89b-12d3-a456-426614174000";
    private static final String LATER_ID = "123e4567-e89b-12d3-a456-426614174001";
    private static final int PATIENCE_SECONDS = 60;

    private final Launch launch;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .cookieHandler(new CookieManager())
            .build();

    @TempDir
    Path folder;

    NginxIT(SampleDatabase database) {
        launch = new Launch(JAR, database.environment(), List.of("--drill"));
    }

    @BeforeEach
    void needNginx() {
        assumeTrue(Nginx.isInstalled(), "skipped: no nginx");
    }

    @Test
    void pageOffersAndSocket_areServed() throws Exception {
        try (PlacedInstance service = PlacedInstance.onPort(launch.with("--admin-port=0"))) {
            service.start();
            try (ShippedNginx nginx = ShippedNginx.start(folder, service.place())) {
                SocketIoClient socket = SocketIoClient.join(nginx.uri("http", "/"));

                assertThat(send(HttpRequest.newBuilder(nginx.uri("http", "/"))).body())
                        .contains("<!doctype html>");
                assertThat(send(post(nginx, "/api/session", "{\"name\":\"ann\"}"))
                                .statusCode())
                        .isEqualTo(200);
                assertThat(send(post(nginx, "/api/offers", "{\"item\":\"Stone of Jordan\",\"price\":7}"))
                                .statusCode())
                        .isEqualTo(201);
                await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .untilAsserted(() -> assertThat(socket.events("posted"))
                                .singleElement(InstanceOfAssertFactories.MAP)
                                .containsEntry("item", "Stone of Jordan"));
                socket.close();
            }
            service.stop();
        }
    }

    @Test
    void requestInFlight_isAnsweredByTheOldService_overAReload_andTheNextOneByTheNewOne() throws Exception {
        int admin = StablePort.free();
        try (PlacedInstance old = PlacedInstance.onPort(launch.with("--admin-port=" + admin));
                PlacedInstance young = PlacedInstance.onPort(launch.with("--admin-port=0"))) {
            old.start();
            young.start();
            try (ShippedNginx nginx = ShippedNginx.start(folder, old.place());
                    RawClient slow = RawClient.connect(nginx.uri("http", "/"))) {
                slow.send("POST /drill/tx?ms=2000&id=" + ID + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
                await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).until(() -> isServing(admin));
                List<ProcessHandle> workers = nginx.workers();
                nginx.reloadWith(young.place());
                assertThat(slow.answer()).startsWith("HTTP/1.1 200 OK").endsWith("committed " + ID + "\n");
                nginx.awaitEndOf(workers);
                try (RawClient next = RawClient.connect(nginx.uri("http", "/"))) {
                    assertThat(next.get("/drill/sleep?ms=1&id=" + LATER_ID)).startsWith("HTTP/1.1 200 OK");
                }
                assertThat(nginx.awaitLine("id=" + ID)).contains("200", "by " + old.place());
                assertThat(nginx.awaitLine("id=" + LATER_ID)).contains("200", "by " + young.place());
            }
            old.stop();
            young.stop();
        }
    }

    @Test
    void clients_cannotSayWhoTheyAre() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ShippedNginx nginx = ShippedNginx.start(folder, "127.0.0.1:" + service.getLocalPort());
                RawClient attacker = RawClient.connect(nginx.uri("http", "/"))) {
            attacker.send(
                    "GET /whoami HTTP/1.1\r\nHost: board.example\r\nX-Forwarded-For: 6.6.6.6\r\n"
                            + "X-Real-IP: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nX-Forwarded-Proto: gopher\r\n"
                            + "X-Forwarded-Host: evil\r\nX-Original-URL: /evil\r\nX-Rewrite-URL: /evil\r\nProxy: evil\r\n"
                            + "X-Request-Id: evil\r\nX-Request-Deadline-Ms: 666\r\nUpgrade: evil\r\nConnection: Upgrade\r\n\r\n");
            List<String> head = headOf(service);

            assertThat(head)
                    .contains(
                            "GET /whoami HTTP/1.1",
                            "Host: board.example",
                            "X-Real-IP: 127.0.0.1",
                            "X-Forwarded-For: 127.0.0.1",
                            "X-Forwarded-Proto: http",
                            "X-Forwarded-Host: board.example")
                    .anyMatch(line -> line.matches("X-Request-Id: [0-9a-f]{32}"))
                    .noneMatch(line -> line.matches(".*(evil|666|6\\.6\\.6\\.6|gopher).*"))
                    .hasSize(7);
        }
    }

    @Test
    void serviceThatIsNotThere_isToldAtOnce_andIsBackAtOnce() throws Exception {
        try (PlacedInstance service = PlacedInstance.onPort(launch.with("--admin-port=0"));
                ShippedNginx nginx = ShippedNginx.start(folder, service.place())) {
            HttpRequest.Builder request = HttpRequest.newBuilder(nginx.uri("http", "/api/offers"));
            assertThat(send(request).statusCode()).isEqualTo(502);
            assertThat(send(request).statusCode()).isEqualTo(502);

            service.start();
            assertThat(send(request).statusCode()).isEqualTo(200);
            service.stop();
        }
    }

    private static boolean isServing(int adminPort) throws Exception {
        try (RawClient management = RawClient.connect(URI.create("http://127.0.0.1:" + adminPort))) {
            return management.get("/lifecycle").contains("\"requestsInFlight\":1");
        }
    }

    private static HttpRequest.Builder post(ShippedNginx nginx, String path, String json) {
        return HttpRequest.newBuilder(nginx.uri("http", path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** Returns the request line and the headers of the next request that a server gets, and hangs up. */
    private static List<String> headOf(ServerSocket server) throws Exception {
        server.setSoTimeout(PATIENCE_SECONDS * 1000);
        try (Socket connection = server.accept()) {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                byte[] next = connection.getInputStream().readNBytes(1);
                if (next.length == 0) {
                    break;
                }
                head.append(new String(next, StandardCharsets.ISO_8859_1));
            }
            return head.toString().lines().filter(line -> !line.isEmpty()).toList();
        }
    }
}
