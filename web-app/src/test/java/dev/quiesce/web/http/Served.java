package dev.quiesce.web.http;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.web.testing.RawClient;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.SelectableChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** An HTTP server in the process of the test, which answers {@code /} at once, and {@code /slow} and {@code /stream} when it is told to. */
final class Served implements AutoCloseable {
    static final Duration QUIET = Duration.ofMillis(300);

    private final JettyContainer container;
    private final HttpServer http;
    private final CountDownLatch slowEntered = new CountDownLatch(1);
    private final CountDownLatch slowMayEnd = new CountDownLatch(1);

    private Served(JettyContainer container, @Nullable Handler handler) {
        this.container = container;
        http = new HttpServer(container, List.of(handler == null ? new Answers() : handler), QUIET);
    }

    static Served start(Listen listen) throws Exception {
        return of(listen, null);
    }

    /** Starts a server that answers in a way of its own. */
    static Served of(Listen listen, @Nullable Handler handler) throws Exception {
        return of(new JettyContainer(listen), handler);
    }

    /** Starts a server behind TLS on a free port. */
    static Served behindTls(Tls tls) throws Exception {
        return of(new JettyContainer(new Listen.Tcp("127.0.0.1", 0), tls), null);
    }

    private static Served of(JettyContainer container, @Nullable Handler handler) throws Exception {
        Served served = new Served(container, handler);
        served.container.start();
        try {
            served.http.start();
        } catch (IOException e) {
            served.close();
            throw e;
        }
        return served;
    }

    static Served onAFreePort() throws Exception {
        return start(new Listen.Tcp("127.0.0.1", 0));
    }

    HttpServer http() {
        return http;
    }

    PortConnector connector() {
        return container.connector();
    }

    URI uri() {
        return URI.create(container.connector().address());
    }

    RawClient client() throws IOException {
        return RawClient.connect(uri());
    }

    /** Begins a request that takes until {@link #endSlow}. */
    RawClient beginSlow() throws Exception {
        return begin("/slow");
    }

    RawClient begin(String path) throws Exception {
        RawClient client = client();
        client.send("GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n");
        slowEntered.await();
        return client;
    }

    void endSlow() {
        slowMayEnd.countDown();
    }

    /** Keeps the acceptor from taking connections, once it has taken the first, until the result is counted down. */
    CountDownLatch holdTheAcceptor() {
        CountDownLatch mayAccept = new CountDownLatch(1);
        connector().getBean(SelectorManager.class).addEventListener(new SelectorManager.AcceptListener() {
            @Override
            public void onAccepting(SelectableChannel channel) {
                try {
                    mayAccept.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        return mayAccept;
    }

    /** Keeps the selectors from noticing anything until the result is counted down. */
    CountDownLatch holdTheSelectors() throws InterruptedException {
        CountDownLatch mayNotice = new CountDownLatch(1);
        Collection<ManagedSelector> selectors =
                connector().getBean(SelectorManager.class).getBeans(ManagedSelector.class);
        CountDownLatch held = new CountDownLatch(selectors.size());
        for (ManagedSelector each : selectors) {
            each.submit(selector -> {
                held.countDown();
                try {
                    mayNotice.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        held.await();
        return mayNotice;
    }

    void drain(Duration atMost) throws Exception {
        http.drain(Deadline.after(atMost));
    }

    @Override
    public void close() {
        endSlow();
        Deadline deadline = Deadline.after(Duration.ofSeconds(5));
        try {
            http.stop(deadline);
            container.stop(deadline);
        } catch (Exception e) {
            throw new IllegalStateException("the server of the test has not stopped", e);
        }
    }

    private final class Answers extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws InterruptedException {
            String path = request.getHttpURI().getPath();
            if (path.equals("/slow")) {
                slowEntered.countDown();
                slowMayEnd.await();
            }
            if (path.equals("/stream")) {
                stream(response, callback);
                return true;
            }
            byte[] body = ("answer to " + path).getBytes(StandardCharsets.UTF_8);
            response.getHeaders().put("Content-Length", body.length);
            Content.Sink.write(response, true, new String(body, StandardCharsets.UTF_8), callback);
            return true;
        }

        /** Commits the response before it waits, so that its head says nothing of what comes meanwhile. */
        private void stream(Response response, Callback callback) throws InterruptedException {
            response.getHeaders().put("Content-Length", 2);
            Content.Sink.write(response, false, "a", Callback.NOOP);
            slowEntered.countDown();
            slowMayEnd.await();
            Content.Sink.write(response, true, "b", callback);
        }
    }
}
