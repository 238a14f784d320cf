package dev.quiesce.lifecycle;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.lifecycle.testing.FaultProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A proxy before a server that a test plays, and all sockets of the test. Used by one thread. */
final class ProxyEnds implements AutoCloseable {
    /** How long it is watched that nothing happens. */
    static final int WATCH_MILLIS = 200;

    private static final int PATIENCE_MILLIS = 10_000;

    private final ServerSocket server;
    private final FaultProxy proxy;
    private final List<Socket> sockets = new ArrayList<>();

    private ProxyEnds(ServerSocket server, FaultProxy proxy) {
        this.server = server;
        this.proxy = proxy;
    }

    /** A connection through the proxy, with both its ends. */
    record Pair(Socket client, Socket server) {}

    static ProxyEnds open() {
        try {
            ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            server.setSoTimeout(PATIENCE_MILLIS);
            return new ProxyEnds(server, FaultProxy.to((InetSocketAddress) server.getLocalSocketAddress()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    FaultProxy proxy() {
        return proxy;
    }

    /** Lets the server refuse connections from now on. */
    void stopListening() throws IOException {
        server.close();
    }

    @Override
    public void close() throws IOException {
        proxy.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        server.close();
    }

    Socket client() throws IOException {
        Socket client = new Socket();
        sockets.add(client);
        client.connect(proxy.address(), PATIENCE_MILLIS);
        client.setSoTimeout(PATIENCE_MILLIS);
        return client;
    }

    Socket accepted() throws IOException {
        Socket accepted = server.accept();
        sockets.add(accepted);
        accepted.setSoTimeout(PATIENCE_MILLIS);
        return accepted;
    }

    Pair connect() throws IOException {
        return new Pair(client(), accepted());
    }

    void assertNobodyComes() throws IOException {
        server.setSoTimeout(WATCH_MILLIS);
        assertThatThrownBy(this::accepted).isInstanceOf(SocketTimeoutException.class);
        server.setSoTimeout(PATIENCE_MILLIS);
    }

    static void assertSilent(Socket socket) throws IOException {
        socket.setSoTimeout(WATCH_MILLIS);
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(PATIENCE_MILLIS);
    }

    /** The reset may come before its client has seen that the connection was there. */
    void assertNewOneIsReset() {
        assertThatThrownBy(() -> client().getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    static void assertReset(Socket socket) {
        assertThatThrownBy(() -> socket.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    static String receive(Socket socket, int count) throws IOException {
        return new String(socket.getInputStream().readNBytes(count), StandardCharsets.US_ASCII);
    }
}
