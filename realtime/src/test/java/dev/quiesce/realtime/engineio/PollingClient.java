package dev.quiesce.realtime.engineio;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client that polls, step by step. */
public final class PollingClient {
    public static final String SEPARATOR = "\u001e";
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Pattern ID = Pattern.compile("\"sid\":\"([^\"]+)\"");

    private final URI uri;
    private final String id;

    private PollingClient(URI uri, String id) {
        this.uri = uri;
        this.id = id;
    }

    public static PollingClient open(int port, String path) throws Exception {
        return opened(send(request("http://127.0.0.1:" + port + path + "?EIO=4&transport=polling")));
    }

    /** Returns the client of a handshake that has been answered. */
    static PollingClient opened(HttpResponse<String> handshake) {
        Matcher sid = ID.matcher(handshake.body());
        if (!sid.find()) {
            throw new IllegalStateException(handshake.body());
        }
        return new PollingClient(URI.create(handshake.uri() + "&sid=" + sid.group(1)), sid.group(1));
    }

    static PollingClient open(int port) throws Exception {
        return open(port, "/engine.io/");
    }

    static HttpRequest.Builder request(String uri) {
        return HttpRequest.newBuilder(URI.create(uri)).timeout(Duration.ofSeconds(15));
    }

    static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    static CompletableFuture<HttpResponse<String>> sending(HttpRequest.Builder request) {
        return HTTP.sendAsync(request.build(), BodyHandlers.ofString());
    }

    public String id() {
        return id;
    }

    /** Asks for packets. */
    public CompletableFuture<HttpResponse<String>> asking() {
        return HTTP.sendAsync(request(uri.toString()).GET().build(), BodyHandlers.ofString());
    }

    public CompletableFuture<HttpResponse<String>> posting(byte[] body) {
        return HTTP.sendAsync(
                request(uri.toString()).POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofString());
    }

    public CompletableFuture<HttpResponse<String>> posting(String body) {
        return HTTP.sendAsync(
                request(uri.toString()).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    /** Asks for packets and returns the status and the body of the answer. */
    public String poll() throws Exception {
        return text(asking());
    }

    /** Sends packets and returns the status and the body of the answer. */
    public String post(String body) throws Exception {
        return text(posting(body));
    }

    public static String text(CompletableFuture<HttpResponse<String>> response) throws Exception {
        HttpResponse<String> answer = response.get(15, TimeUnit.SECONDS);
        return answer.statusCode() + " " + answer.body();
    }
}
