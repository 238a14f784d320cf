package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.TestAbortedException;

/** Connections that have begun, by IPv4, to sockets of both families. */
@EnabledOnOs(OS.LINUX)
@Timeout(30)
class HalfOpenConnectionsTest {
    @ParameterizedTest
    @EnumSource(
            value = StandardProtocolFamily.class,
            names = {"INET", "INET6"})
    void aConnectionIsHalfOpen_untilItsHandshakeIsOver(StandardProtocolFamily family) throws IOException {
        try (ServerSocketChannel port = open(family);
                ServerSocketChannel other = open(family)) {
            ListeningSocket socket = ListeningSocket.of(port);
            assertThat(socket).isNotNull();
            assertThat(socket.family()).hasToString(family.name());
            DeferredAccept.on(socket);
            assertThat(HalfOpenConnections.areAt(socket)).isFalse();

            try (SocketChannel client = SocketChannel.open(address(port))) {
                assertThat(HalfOpenConnections.areAt(socket)).isTrue();
                assertThat(HalfOpenConnections.areAt(ListeningSocket.of(other)))
                        .as("at another port")
                        .isFalse();

                client.write(ByteBuffer.wrap(new byte[1]));
                port.accept().close();

                assertThat(HalfOpenConnections.areAt(socket)).isFalse();
            }
        }
    }

    @Test
    void whereTheKernelDoesNotTell_somebodyMayAlwaysBeConnecting() throws IOException {
        try (ServerSocketChannel port = ServerSocketChannel.open()) {
            port.bind(new InetSocketAddress("127.0.0.1", 0));
            ListeningSocket socket = ListeningSocket.of(port);
            assertThat(socket).isNotNull();

            assertThat(new SynFilter(socket, true).mayHaveHalfOpen()).isFalse();
            assertThat(new SynFilter(socket, false).mayHaveHalfOpen()).isTrue();
        }
    }

    private static ServerSocketChannel open(StandardProtocolFamily family) throws IOException {
        ServerSocketChannel port;
        try {
            port = ServerSocketChannel.open(family);
        } catch (UnsupportedOperationException e) {
            throw new TestAbortedException("this system has no IPv6", e);
        }
        port.bind(new InetSocketAddress(family == StandardProtocolFamily.INET ? "127.0.0.1" : "::", 0));
        return port;
    }

    private static InetSocketAddress address(ServerSocketChannel port) throws IOException {
        return new InetSocketAddress(
                InetAddress.getByName("127.0.0.1"), ((InetSocketAddress) port.getLocalAddress()).getPort());
    }
}
