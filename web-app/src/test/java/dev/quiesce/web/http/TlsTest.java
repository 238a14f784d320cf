package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.quiesce.web.testing.TestCertificate;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** HTTP behind TLS: what it serves, how it gets new certificates, and how its connections leave. */
@Timeout(60)
class TlsTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final String GET = "GET %s HTTP/1.1\r\nHost: test\r\n\r\n";

    private final ExecutorService threads = Executors.newCachedThreadPool();

    private static TestCertificate certificate;
    private static TestCertificate renewed;

    @TempDir
    private Path folder;

    private Tls tls;
    private Served served;

    @BeforeAll
    static void make(@TempDir Path keys) throws Exception {
        certificate = TestCertificate.make(keys, "EC", 30);
        renewed = TestCertificate.make(keys, "RSA", 60);
    }

    @BeforeEach
    void start() throws Exception {
        tls = new Tls(folder.resolve("cert.pem"), folder.resolve("key.pem"));
        install(certificate.certificate(), certificate.key());
        served = Served.behindTls(tls);
    }

    @AfterEach
    void stop() {
        served.close();
        threads.shutdownNow();
    }

    @Test
    void clientsSpeakWhatTheyNegotiate() throws Exception {
        assertThat(served.uri()).hasScheme("https");
        for (HttpClient.Version version : HttpClient.Version.values()) {
            HttpClient client = HttpClient.newBuilder()
                    .sslContext(certificate.trust())
                    .version(version)
                    .build();
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(served.uri().resolve("/x")).build(), BodyHandlers.ofString());

            assertThat(answer.body()).isEqualTo("answer to /x");
            assertThat(answer.version()).isEqualTo(version);
        }
    }

    @Test
    void certificateThatChanges_isTaken_andOpenConnectionsGoOn() throws Exception {
        try (SSLSocket before = connect(certificate)) {
            assertThat(ask(before, "/1")).contains("answer to /1");
            install(renewed.certificate(), renewed.key());

            await().atMost(LONG).until(() -> accepts(renewed));
            assertThat(ask(before, "/2")).contains("answer to /2");
        }
    }

    @Test
    void certificateBehindALinkThatIsChanged_isTaken() throws Exception {
        served.close();
        Path first = Files.createDirectory(folder.resolve("1"));
        Files.move(tls.certificate(), first.resolve("cert.pem"));
        Files.move(tls.key(), first.resolve("key.pem"));
        Path current = Files.createSymbolicLink(folder.resolve("current"), first);
        served = Served.behindTls(new Tls(current.resolve("cert.pem"), current.resolve("key.pem")));
        assertThat(accepts(certificate)).isTrue();
        Path second = Files.createDirectory(folder.resolve("2"));
        Files.writeString(second.resolve("cert.pem"), renewed.certificate());
        Files.writeString(second.resolve("key.pem"), renewed.key());
        Path next = Files.createSymbolicLink(folder.resolve("next"), second);

        Files.move(next, current, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

        await().atMost(LONG).until(() -> accepts(renewed));
    }

    @Test
    void certificateThatIsOfNoUse_isNotTaken_butTheNextOneIs() throws Exception {
        ListAppender<ILoggingEvent> errors = recordErrors();
        install(renewed.certificate(), certificate.key());
        awaitRefusal(errors);
        assertThat(accepts(certificate)).isTrue();

        install(renewed.certificate(), renewed.key());
        await().atMost(LONG).until(() -> accepts(renewed));
    }

    @Test
    void certificateThatJettyItselfRefuses_isNotTaken_andTheOneBeforeIsServedAgain() throws Exception {
        ListAppender<ILoggingEvent> errors = recordErrors();
        SslContextFactory jetty = served.connector()
                .getConnectionFactory(SslConnectionFactory.class)
                .getSslContextFactory();
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("test", certificate.x509());
        jetty.setTrustStore(trusted);
        jetty.setValidateCerts(true);
        install(renewed.certificate(), renewed.key());

        awaitRefusal(errors);
        assertThat(accepts(certificate)).isTrue();
    }

    @Test
    void requestInFlight_isAnsweredToTheEnd_andTheConnectionClosesInGoodOrder() throws Exception {
        try (SSLSocket client = connect(certificate)) {
            send(client, "/slow");
            await().until(() -> served.http().inFlight().orElse(0) == 1);
            served.http().quiesce();
            Future<?> drain = drain();
            served.endSlow();

            assertThat(answer(client)).contains("Connection: close").contains("answer to /slow");
            // Without the end of TLS itself this would throw: a stream that is cut off could have been cut off by
            // anybody.
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            drain.get();
        }
    }

    @Test
    void idleConnection_getsItsWindow_andIsClosedInGoodOrder() throws Exception {
        try (SSLSocket client = connect(certificate);
                SSLSocket late = connect(certificate)) {
            assertThat(ask(client, "/1")).contains("answer to /1");
            assertThat(ask(late, "/1")).contains("answer to /1");
            served.http().quiesce();
            Future<?> drain = drain();

            assertThat(ask(late, "/2")).contains("answer to /2").contains("Connection: close");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            drain.get();
            assertThat(served.http().connectionCount()).isZero();
        }
    }

    @Test
    void connectionThatBeginsItsHandshakeWhenThePortCloses_isServed() throws Exception {
        SSLSocketFactory tls = certificate.trust().getSocketFactory();
        try (Socket plain = new Socket(served.uri().getHost(), served.uri().getPort())) {
            await().until(() -> served.http().connectionCount() == 1);
            served.http().quiesce();
            Future<?> drain = drain();

            try (SSLSocket client = (SSLSocket) tls.createSocket(plain, "127.0.0.1", plain.getPort(), false)) {
                assertThat(ask(client, "/late")).contains("answer to /late").contains("Connection: close");
            }
            drain.get();
        }
    }

    @Test
    void connectionThatNeverBeginsItsHandshake_holdsNobody() throws Exception {
        try (Socket silent = new Socket(served.uri().getHost(), served.uri().getPort())) {
            await().until(() -> served.http().connectionCount() == 1);
            served.http().quiesce();
            long begin = System.nanoTime();
            served.drain(LONG);

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
        }
    }

    private static ListAppender<ILoggingEvent> recordErrors() {
        ListAppender<ILoggingEvent> errors = new ListAppender<>();
        errors.start();
        ((Logger) LoggerFactory.getLogger(JettyContainer.class)).addAppender(errors);
        return errors;
    }

    private static void awaitRefusal(ListAppender<ILoggingEvent> errors) {
        await().atMost(LONG)
                .until(() -> List.copyOf(errors.list).stream()
                        .anyMatch(event -> event.getFormattedMessage().contains("The new certificate is not taken")));
    }

    @Test
    void http2Connections_areToldToGo_whatTheyAskForIsAnswered_andTheyCloseInGoodOrder() throws Exception {
        try (RawHttp2 busy = RawHttp2.over(connect(certificate, "h2"));
                RawHttp2 idle = RawHttp2.over(connect(certificate, "h2"))) {
            idle.get(1);
            assertThat(idle.next(RawHttp2.DATA)).isEqualTo("answer to /");
            busy.get(1, "/slow");
            await().until(() -> served.http().inFlight().orElse(0) == 1);
            served.http().quiesce();
            Future<?> drain = drain();

            idle.next(RawHttp2.GOAWAY);
            busy.next(RawHttp2.GOAWAY);
            busy.get(3, "/late");
            assertThat(busy.next(RawHttp2.DATA)).isEqualTo("answer to /late");
            served.endSlow();
            assertThat(busy.next(RawHttp2.DATA)).isEqualTo("answer to /slow");
            drain.get();
            assertThat(served.http().connectionCount()).isZero();
            for (RawHttp2 client : List.of(busy, idle)) {
                assertThatThrownBy(() -> client.next(RawHttp2.DATA))
                        .as("the end of TLS, and no stream that is cut off")
                        .isInstanceOf(EOFException.class);
            }
        }
    }

    private Future<?> drain() {
        return threads.submit(() -> {
            served.drain(LONG);
            return null;
        });
    }

    /** The key first, as certbot does; what comes in between fits nothing. */
    private void install(String certificatePem, String keyPem) throws IOException {
        Files.writeString(tls.key(), keyPem);
        Files.writeString(tls.certificate(), certificatePem);
    }

    private boolean accepts(TestCertificate expected) throws Exception {
        try (SSLSocket client = connect(expected)) {
            return ((X509Certificate) client.getSession().getPeerCertificates()[0]).equals(expected.x509());
        } catch (IOException other) {
            return false;
        }
    }

    private SSLSocket connect(TestCertificate trusted, String... protocols) throws Exception {
        SSLSocket client = (SSLSocket) trusted.trust()
                .getSocketFactory()
                .createSocket(served.uri().getHost(), served.uri().getPort());
        client.setSoTimeout((int) LONG.toMillis());
        SSLParameters parameters = client.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        client.setSSLParameters(parameters);
        client.startHandshake();
        return client;
    }

    private static String ask(SSLSocket client, String path) throws IOException {
        send(client, path);
        return answer(client);
    }

    private static void send(SSLSocket client, String path) throws IOException {
        client.getOutputStream().write(GET.formatted(path).getBytes(StandardCharsets.US_ASCII));
    }

    private static String answer(SSLSocket client) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf("answer to /") < 0 || !text.toString().endsWith(lastByteOf(text))) {
            int next = client.getInputStream().read();
            if (next < 0) {
                throw new IOException("the connection ended after: " + text);
            }
            text.append((char) next);
        }
        return text.toString();
    }

    /** The body, as long as the head says it is. */
    private static String lastByteOf(StringBuilder text) {
        String head = text.substring(0, text.indexOf("\r\n\r\n"));
        int length = Integer.parseInt(head.replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));
        String body = text.substring(text.indexOf("\r\n\r\n") + 4);
        return body.length() >= length ? "" : "\0";
    }
}
