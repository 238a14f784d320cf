package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.lifecycle.testing.LifecycleContract;
import dev.quiesce.web.http.HttpServerContractTest.Served;
import dev.quiesce.web.testing.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpServerContractTest implements LifecycleContract<Served> {
    private ServerSocket taken;

    /** A server with its container: the container is never used without one, and keeps what sockets still need. */
    static final class Served implements Lifecycle {
        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch release = new CountDownLatch(1);
        private final JettyContainer container;
        private final HttpServer http;

        Served(int port) {
            container = new JettyContainer(new Listen.Tcp("127.0.0.1", port));
            http = new HttpServer(container, List.of(new Slow()), Duration.ofMillis(50));
        }

        @Override
        public void start() throws Exception {
            container.start();
            http.start();
        }

        @Override
        public void linger(Deadline deadline) throws Exception {
            http.linger(deadline);
        }

        @Override
        public void quiesce() {
            http.quiesce();
        }

        @Override
        public void drain(Deadline deadline) throws Exception {
            http.drain(deadline);
        }

        @Override
        public void stop(Deadline deadline) throws Exception {
            try {
                http.stop(deadline);
                assertThat(http.connectionCount()).isZero();
            } finally {
                container.stop(deadline);
            }
        }

        @Override
        public OptionalLong inFlight() {
            return http.inFlight();
        }

        AutoCloseable beginRequest() throws Exception {
            RawClient client =
                    RawClient.connect(URI.create(container.connector().port().toString()));
            client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
            entered.await();
            return () -> {
                release.countDown();
                client.close();
            };
        }

        private final class Slow extends Handler.Abstract {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws InterruptedException {
                entered.countDown();
                release.await();
                callback.succeeded();
                return true;
            }
        }
    }

    /** What is loaded once for all servers of a process is not left behind by one of them. */
    @BeforeAll
    static void loadWhatServersShare() throws IOException {
        try (ServerSocketChannel any = ServerSocketChannel.open()) {
            SynFilter.prepare(any.bind(null));
        }
    }

    @BeforeEach
    void takeAPort() throws IOException {
        taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
    }

    @AfterEach
    void giveItBack() throws IOException {
        taken.close();
    }

    @Override
    public Served newComponent() {
        return new Served(0);
    }

    @Override
    public Optional<Served> newComponentThatFailsToStart() {
        return Optional.of(new Served(taken.getLocalPort()));
    }

    @Override
    public Optional<AutoCloseable> beginWork(Served started) throws Exception {
        return Optional.of(started.beginRequest());
    }

    @Test
    void startThatComesAfterTheStop_opensNoPort() throws Exception {
        Served served = newComponent();
        served.container.start();
        served.http.stop(Deadline.after(patience()));
        try {
            assertThatIllegalStateException()
                    .isThrownBy(served.http::start)
                    .withMessage("the HTTP server has been quiesced or stopped and opens no port");
            assertThat(served.container.connector().isOpen()).isFalse();
        } finally {
            served.stop(Deadline.after(patience()));
        }
    }
}
