import dev.quiesce.db.EmbeddedConfig;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.lifecycle.Deadline;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Runs the packaged service through its whole life, start to exit, and has the JVM keep an archive of the classes: by class-data
 * sharing up to JDK 24, by the AOT cache from then on. Writes the archive and the options that use it to {@code /opt/archive}.
 *
 * <p>Fails the build of the image if the service does not do what it should.
 */
final class TrainingRun {
    private static final Path ARCHIVE = Path.of("/opt/archive");
    private static final Path OPTIONS = Path.of("/build/jvm.options");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String HTTP = "127.0.0.1:18080";
    private static final String ADMIN = "127.0.0.1:18081";
    private static final int FIRST_WITH_CACHE = 25;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .cookieHandler(new CookieManager())
            .build();

    private TrainingRun() {}

    public static void main(String[] arguments) throws Exception {
        Files.createDirectories(ARCHIVE);
        EmbeddedMariaDb database = new EmbeddedMariaDb(
                EmbeddedConfig.temporary("main", "d4").withCacheFolder(Files.createTempDirectory("binaries")));
        database.start();
        try {
            new TrainingRun().run(database);
        } finally {
            database.stop(Deadline.after(PATIENCE));
        }
    }

    private void run(EmbeddedMariaDb database) throws Exception {
        boolean cache = Runtime.version().feature() >= FIRST_WITH_CACHE;
        Path file = ARCHIVE.resolve(cache ? "quiesce.aot" : "quiesce.jsa");
        List<String> command = new ArrayList<>(List.of("/opt/jre/bin/java", "@" + OPTIONS));
        command.add((cache ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + file);
        command.addAll(List.of("-jar", "/opt/quiesce-web-app/quiesce-web-app.jar"));
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment()
                .putAll(Map.of(
                        "QUIESCE_HTTP_HOST", "127.0.0.1",
                        "QUIESCE_HTTP_PORT", "18080",
                        "QUIESCE_ADMIN_PORT", "18081",
                        "QUIESCE_DB_MAIN_URL", database.jdbcUrl("main"),
                        "QUIESCE_DB_MAIN_USER", database.user(),
                        "QUIESCE_DB_MAIN_PASSWORD", database.password(),
                        "QUIESCE_DB_D4_URL", database.jdbcUrl("d4"),
                        "QUIESCE_DB_D4_USER", database.user(),
                        "QUIESCE_DB_D4_PASSWORD", database.password()));
        Process service = builder.start();
        try {
            awaitReady(service);
            use();
            service.destroy();
            if (!service.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || service.exitValue() != 0) {
                throw new IOException("the service has not stopped cleanly");
            }
        } finally {
            service.destroyForcibly();
        }
        if (!Files.exists(file)) {
            throw new IOException("the JVM has written no " + file);
        }
        Files.writeString(
                ARCHIVE.resolve("jvm.options"),
                Files.readString(OPTIONS) + (cache ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + file + "\n");
    }

    private void awaitReady(Process service) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                if (status(HttpRequest.newBuilder(uri("http", ADMIN, "/readyz"))) == 200) {
                    return;
                }
            } catch (IOException notYet) {
                if (!service.isAlive() || System.nanoTime() - end > 0) {
                    throw new IOException("the service does not get ready", notYet);
                }
            }
            Thread.sleep(50);
        }
    }

    private void use() throws Exception {
        // As a Socket.IO client joins; the socket stays open, to be closed by the service.
        CompletableFuture<String> joined = new CompletableFuture<>();
        WebSocket socket = client.newWebSocketBuilder()
                .buildAsync(uri("ws", HTTP, "/socket.io/?EIO=4&transport=websocket"), new Joining(joined))
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        socket.sendText("40", true).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        joined.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        expect(200, HttpRequest.newBuilder(uri("http", HTTP, "/")));
        expect(200, post("/api/session", "{\"name\":\"trainee\"}"));
        expect(201, post("/api/offers", "{\"item\":\"sword\",\"price\":1}"));
        expect(200, HttpRequest.newBuilder(uri("http", HTTP, "/api/offers")));
        expect(200, HttpRequest.newBuilder(uri("http", ADMIN, "/metrics")));
        expect(200, HttpRequest.newBuilder(uri("http", ADMIN, "/lifecycle")));
    }

    private static HttpRequest.Builder post(String path, String json) {
        return HttpRequest.newBuilder(uri("http", HTTP, path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json));
    }

    private void expect(int status, HttpRequest.Builder request) throws Exception {
        int answered = status(request);
        if (answered != status) {
            throw new IOException(request.build() + " was answered with " + answered + ", not " + status);
        }
    }

    private int status(HttpRequest.Builder request) throws Exception {
        return client.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static URI uri(String scheme, String address, String path) {
        return URI.create(scheme + "://" + address + path);
    }

    /** Completes once the service has let the client join. */
    private record Joining(CompletableFuture<String> joined) implements WebSocket.Listener {
        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            if (data.toString().startsWith("40")) {
                joined.complete(data.toString());
            }
            return WebSocket.Listener.super.onText(socket, data, last);
        }
    }
}
