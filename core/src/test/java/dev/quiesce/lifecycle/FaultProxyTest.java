package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.testing.Fault;
import dev.quiesce.lifecycle.testing.FaultProxy;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every fault, on real sockets, with both ends in hand. */
@Timeout(60)
class FaultProxyTest {
    private static final int PATIENCE_MILLIS = 10_000;

    /** How long it is watched that nothing happens. */
    private static final int WATCH_MILLIS = 200;

    private ServerSocket server;
    private FaultProxy proxy;
    private final List<Socket> sockets = new ArrayList<>();

    /** A connection through the proxy, with both its ends. */
    private record Pair(Socket client, Socket server) {}

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        server.setSoTimeout(PATIENCE_MILLIS);
        proxy = FaultProxy.to((InetSocketAddress) server.getLocalSocketAddress());
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        server.close();
    }

    @Test
    void withoutAFault_bytesAndEndsPassBothWays() throws Exception {
        Pair pair = connect();
        send(pair.client(), "question");
        assertThat(receive(pair.server(), 8)).isEqualTo("question");
        pair.client().shutdownOutput();
        assertThat(pair.server().getInputStream().read()).isEqualTo(-1);
        send(pair.server(), "answer");
        assertThat(receive(pair.client(), 6)).isEqualTo("answer");
        pair.server().shutdownOutput();

        assertThat(pair.client().getInputStream().read()).isEqualTo(-1);
        await().until(() -> proxy.openConnections() == 0);
    }

    @Test
    void withoutAFault_aReset_isPassedOn() throws Exception {
        Pair pair = connect();
        pair.server().setSoLinger(true, 0);
        pair.server().close();

        assertReset(pair.client());
        await().until(() -> proxy.openConnections() == 0);
    }

    @Test
    void megabytes_passInOrder_thoughTheReaderIsSlow() throws Exception {
        Pair pair = connect();
        byte[] sent = new byte[64 * 1024 * 1024];
        new Random(1).nextBytes(sent);
        ExecutorService sender = Executors.newSingleThreadExecutor();
        try {
            Future<?> sending = sender.submit(() -> {
                pair.client().getOutputStream().write(sent);
                pair.client().shutdownOutput();
                return null;
            });
            assertThat(pair.server().getInputStream().readNBytes(1000)).hasSize(1000);
            TimeUnit.MILLISECONDS.sleep(WATCH_MILLIS);
            assertThat(sending).as("the reader holds the sender up").isNotDone();

            assertThat(pair.server().getInputStream().readAllBytes())
                    .isEqualTo(Arrays.copyOfRange(sent, 1000, sent.length));
            sending.get();
        } finally {
            sender.shutdownNow();
        }
    }

    @Test
    void serverThatDoesNotListen_resetsTheClient() throws Exception {
        server.close();

        assertNewOneIsReset();
    }

    @Test
    void delay_holdsBytesAndEndsUpEachWay_andKeepsTheirOrder() throws Exception {
        Pair pair = connect();
        proxy.setEstablished(Fault.delay(Duration.ofMillis(300), Duration.ofMillis(100)));
        long begin = System.nanoTime();
        send(pair.client(), "a");
        TimeUnit.MILLISECONDS.sleep(50);
        send(pair.client(), "b");
        pair.client().shutdownOutput();
        assertThat(receive(pair.server(), 1)).isEqualTo("a");
        assertThat(millisSince(begin)).isGreaterThanOrEqualTo(299);
        assertThat(receive(pair.server(), 1)).isEqualTo("b");
        assertThat(millisSince(begin)).isGreaterThanOrEqualTo(349);
        assertThat(pair.server().getInputStream().read()).isEqualTo(-1);
        long answered = System.nanoTime();
        send(pair.server(), "c");

        assertThat(receive(pair.client(), 1)).isEqualTo("c");
        assertThat(millisSince(answered)).isGreaterThanOrEqualTo(99);
    }

    @Test
    void delayThatEnds_letsWhatItHasHeldGoAtOnce() throws Exception {
        Pair pair = connect();
        proxy.setEstablished(Fault.delay(Duration.ofHours(1), Duration.ZERO));
        send(pair.client(), "late");
        assertSilent(pair.server());
        proxy.setEstablished(Fault.NONE);

        assertThat(receive(pair.server(), 4)).isEqualTo("late");
    }

    @Test
    void hold_keepsBytesAndEndsBack_untilTheyAreReleased() throws Exception {
        Pair pair = connect();
        proxy.setEstablished(Fault.HOLD);
        send(pair.client(), "question");
        pair.client().close();
        assertSilent(pair.server());
        proxy.setEstablished(Fault.NONE);

        assertThat(receive(pair.server(), 8)).isEqualTo("question");
        assertThat(pair.server().getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void newConnectionThatIsHeld_reachesTheServerOnceItIsReleased_evenIfItsClientHasLeft() throws Exception {
        proxy.setArrivals(Fault.HOLD);
        Socket stays = client();
        send(stays, "stays");
        Socket leaves = client();
        send(leaves, "leaves");
        leaves.close();
        await().until(() -> proxy.openConnections() == 2);
        assertNobodyComes();
        proxy.setAll(Fault.NONE);

        List<String> received = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Socket accepted = accepted();
            String first = receive(accepted, 5);
            received.add(first);
            if (first.equals("leave")) {
                assertThat(accepted.getInputStream().readAllBytes()).containsExactly('s');
            }
        }
        assertThat(received).containsExactlyInAnyOrder("stays", "leave");
    }

    @Test
    void hold_ofNewConnections_leavesEstablishedOnesAlone() throws Exception {
        Pair pair = connect();
        proxy.setArrivals(Fault.HOLD);
        send(client(), "held");
        send(pair.client(), "flows");

        assertThat(receive(pair.server(), 5)).isEqualTo("flows");
        assertNobodyComes();
    }

    @Test
    void cut_endsBothSidesWithFin() throws Exception {
        Pair pair = connect();
        proxy.setEstablished(Fault.CUT);

        assertThat(pair.client().getInputStream().read()).isEqualTo(-1);
        assertThat(pair.server().getInputStream().read()).isEqualTo(-1);
        pair.client().close();
        pair.server().close();
        await().until(() -> proxy.openConnections() == 0);
    }

    @Test
    void newConnectionThatIsCut_endsWithFin_andNeverReachesTheServer() throws Exception {
        proxy.setArrivals(Fault.CUT);

        assertThat(client().getInputStream().read()).isEqualTo(-1);
        assertNobodyComes();
    }

    @Test
    void reset_endsBothSidesWithRst() throws Exception {
        Pair pair = connect();
        proxy.setEstablished(Fault.RESET);

        assertReset(pair.client());
        assertReset(pair.server());
        assertThat(proxy.openConnections()).isZero();
        proxy.setArrivals(Fault.RESET);
        assertNewOneIsReset();
    }

    @Test
    void sideThatIsGone_isNotMissedByTheOther() throws Exception {
        Pair pair = connect();
        proxy.setEstablished(Fault.CLIENT_GONE);
        assertReset(pair.client());
        send(pair.server(), "is anybody there");
        assertSilent(pair.server());
        Pair other = connect();
        proxy.setEstablished(Fault.SERVER_GONE);
        assertReset(other.server());
        send(other.client(), "is anybody there");

        assertSilent(other.client());
    }

    @Test
    void blackHole_swallowsBytesEndsAndResets_forEver() throws Exception {
        Pair ends = connect();
        Pair resets = connect();
        proxy.setEstablished(Fault.BLACK_HOLE);
        send(ends.client(), "question");
        ends.client().close();
        resets.client().setSoLinger(true, 0);
        resets.client().close();
        assertSilent(ends.server());
        assertSilent(resets.server());
        proxy.setEstablished(Fault.NONE);

        assertSilent(ends.server());
        assertSilent(resets.server());
        proxy.setEstablished(Fault.RESET);
        assertReset(ends.server());
    }

    @Test
    void blackHole_ofNewConnections_takesThemAndNeverAnswers() throws Exception {
        proxy.setArrivals(Fault.BLACK_HOLE);
        Socket swallowed = client();
        send(swallowed, "question");
        assertSilent(swallowed);
        assertNobodyComes();
        proxy.setAll(Fault.NONE);

        assertSilent(swallowed);
        Pair pair = connect();
        send(pair.client(), "flows");
        assertThat(receive(pair.server(), 5)).isEqualTo("flows");
    }

    @Test
    void refusal_leavesEstablishedOnesAlone_andEndsOnTheSamePort() throws Exception {
        Pair pair = connect();
        for (int i = 0; i < 3; i++) {
            proxy.setArrivals(Fault.REFUSE);
            assertThatThrownBy(this::client).isInstanceOf(ConnectException.class);
            send(pair.client(), "flows");
            assertThat(receive(pair.server(), 5)).isEqualTo("flows");
            proxy.setArrivals(Fault.NONE);
            connect();
        }
    }

    @Test
    void faultsThatCannotBe_areRefused() {
        assertThatThrownBy(() -> proxy.setEstablished(Fault.REFUSE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> proxy.setAll(Fault.REFUSE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> proxy.setArrivals(Fault.SERVER_GONE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> proxy.setArrivals(Fault.CLIENT_GONE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Fault.delay(Duration.ofMillis(-1), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Fault(Fault.Kind.HOLD, Duration.ofMillis(1), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void manyThreadsThatSwitchFaults_disturbOnlyTheBytes_notTheProxy() throws Exception {
        List<CompletableFuture<Void>> switches = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int i = 0; i < 4; i++) {
                switches.add(CompletableFuture.runAsync(
                        () -> {
                            for (int j = 0; j < 50; j++) {
                                proxy.setAll(Fault.HOLD);
                                proxy.setAll(Fault.delay(Duration.ofMillis(1), Duration.ofMillis(2)));
                                proxy.setArrivals(Fault.REFUSE);
                                proxy.setAll(Fault.NONE);
                            }
                        },
                        threads));
            }
            for (CompletableFuture<Void> each : switches) {
                each.get(30, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        proxy.setAll(Fault.NONE);
        Pair pair = connect();
        send(pair.client(), "flows");

        assertThat(receive(pair.server(), 5)).isEqualTo("flows");
    }

    @Test
    void close_resetsWhatIsOpen_andLeavesNoThread() throws Exception {
        Pair pair = connect();
        String thread = "fault-proxy-" + proxy.address().getPort();
        assertThat(threads()).contains(thread);
        proxy.close();
        proxy.close();

        assertReset(pair.client());
        assertReset(pair.server());
        assertThat(threads()).doesNotContain(thread);
        assertThatThrownBy(this::client).isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> proxy.setAll(Fault.NONE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
    }

    private Socket client() throws IOException {
        Socket client = new Socket();
        sockets.add(client);
        client.connect(proxy.address(), PATIENCE_MILLIS);
        client.setSoTimeout(PATIENCE_MILLIS);
        return client;
    }

    private Socket accepted() throws IOException {
        Socket accepted = server.accept();
        sockets.add(accepted);
        accepted.setSoTimeout(PATIENCE_MILLIS);
        return accepted;
    }

    private Pair connect() throws IOException {
        return new Pair(client(), accepted());
    }

    private void assertNobodyComes() throws IOException {
        server.setSoTimeout(WATCH_MILLIS);
        assertThatThrownBy(this::accepted).isInstanceOf(SocketTimeoutException.class);
        server.setSoTimeout(PATIENCE_MILLIS);
    }

    private static void assertSilent(Socket socket) throws IOException {
        socket.setSoTimeout(WATCH_MILLIS);
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(PATIENCE_MILLIS);
    }

    /** The reset may come before its client has seen that the connection was there. */
    private void assertNewOneIsReset() {
        assertThatThrownBy(() -> client().getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    private static void assertReset(Socket socket) {
        assertThatThrownBy(() -> socket.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String receive(Socket socket, int count) throws IOException {
        return new String(socket.getInputStream().readNBytes(count), StandardCharsets.US_ASCII);
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }
}
