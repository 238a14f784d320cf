package dev.quiesce.lifecycle.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** One of the two sockets of a {@link ProxiedConnection}. Used by one thread. */
final class ProxiedSide {
    private final SocketChannel channel;
    private final SelectionKey key;

    ProxiedSide(Selector selector, SocketChannel channel, Runnable selected) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        key = channel.register(selector, 0, selected);
    }

    /** Begins to connect; {@link #finishConnect} has to be called whenever something has happened. */
    void connect(InetSocketAddress address) throws IOException {
        channel.connect(address);
    }

    void finishConnect() throws IOException {
        if (channel.isConnectionPending()) {
            channel.finishConnect();
        }
    }

    boolean isConnected() {
        return channel.isConnected();
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Returns how many bytes have been read; negative at the end. */
    int read(ByteBuffer buffer) throws IOException {
        return channel.read(buffer);
    }

    void write(ByteBuffer buffer) throws IOException {
        channel.write(buffer);
    }

    /** Sends FIN; bytes may still come. */
    void sendEnd() throws IOException {
        channel.shutdownOutput();
    }

    /** Waits for bytes or for room. */
    void await(boolean bytes, boolean room) {
        if (key.isValid()) {
            int transfer = (bytes ? SelectionKey.OP_READ : 0) | (room ? SelectionKey.OP_WRITE : 0);
            key.interestOps(channel.isConnectionPending() ? SelectionKey.OP_CONNECT : isConnected() ? transfer : 0);
        }
    }

    /** Closes it by RST, if it is open. */
    void reset() {
        try {
            if (channel.isOpen()) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes it by FIN, or RST if there are bytes that nobody has read. */
    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
