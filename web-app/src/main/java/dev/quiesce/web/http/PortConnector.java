package dev.quiesce.web.http;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.IO;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts connections on a port of whatever kind, and can stop to do so without resetting one that waits to be accepted.
 *
 * <p>Jetty's own connectors close the port with the connections in its queue, which are reset then; there is one for TCP
 * and one for sockets of the Unix domain, and neither tells which connections have bytes that nobody has read.
 *
 * <p>Thread-safe.
 */
final class PortConnector extends AbstractConnector {
    private static final Logger log = LoggerFactory.getLogger(PortConnector.class);
    private static final int ACCEPTORS = 1;

    /** What the acceptor gets to take what waits in the queue. */
    private static final long LONGEST_CLOSE_MILLIS = 350;

    /** What connections get that are half open when the port closes: a round trip to most clients. */
    private static final long LONGEST_HANDSHAKE_MILLIS = 150;

    private static final long ACCEPT_PAUSE_MILLIS = 1000;

    /** When the start is over, which has other things to load. */
    private static final long FILTER_DELAY_MILLIS = 1000;

    private final Listen listen;
    private final SelectorManager selectors;
    private final Set<Closeable> beingAccepted = ConcurrentHashMap.newKeySet();
    private final AtomicLong lastAccept = new AtomicLong(System.nanoTime());
    private final ThreadLocal<Boolean> closingIdle = ThreadLocal.withInitial(() -> false);
    private final CountDownLatch leaving = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Port port;
    private volatile @Nullable Selector selector;
    private volatile @Nullable SelectionKey key;
    private volatile @Nullable SynFilter synFilter;

    PortConnector(Server server, Listen listen, ConnectionFactory... factories) {
        super(server, null, null, null, ACCEPTORS, factories);
        this.listen = listen;
        this.selectors = new Selectors();
        installBean(selectors, true);
    }

    /**
     * Accepts what waits in the queue and closes the port. A port that is shared leaves to others what comes later.
     *
     * <p>The thread that accepts does it, so that nothing but the system calls themselves lies between the last connection that
     * it takes and the close. A socket of the Unix domain cannot be found any more by then. Should that thread get no turn for a
     * while, the port closes a little after the return; until then there {@linkplain #hasUnsettled is} something unsettled.
     */
    void closePort() {
        Port open = port;
        if (isClosing() || open == null) {
            return;
        }
        leaving.countDown();
        withdraw(open);
        selector().wakeup();
        try {
            closed.await(LONGEST_CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Closes a connection without a request. What Jetty then does to forget it is done by the calling thread as well; Jetty itself would
     * wake up another one for each, or even start it.
     */
    void closeIdle(OpenConnection connection) {
        closingIdle.set(true);
        try {
            connection.close();
        } finally {
            closingIdle.remove();
        }
    }

    /** Closes the port with whatever still waits in its queue. */
    void cutPort() {
        Port open = port;
        if (open != null) {
            close(open);
        }
    }

    /** Returns whether connections are accepted. */
    boolean isOpen() {
        Port open = port;
        return open != null && closed.getCount() > 0 && open.channel().isOpen();
    }

    /** Returns whether the port is about to close, or has been closed. */
    boolean isClosing() {
        return leaving.getCount() == 0;
    }

    /** Returns the port that is or was open. */
    Port port() {
        return requireNonNull(port, "the connector has not been started");
    }

    /** Returns where clients find it, such as {@code https://127.0.0.1:8443/}. */
    String address() {
        String address = port().toString();
        return getDefaultProtocol().startsWith("SSL") ? address.replaceFirst("^http:", "https:") : address;
    }

    /** Returns whether connections have been accepted that are not known to Jetty yet, or may still be accepted. */
    boolean hasUnsettled() {
        return isOpen() || !beingAccepted.isEmpty();
    }

    /** Returns the point on the system's monotonic clock at which the last connection was accepted. */
    long lastAccept() {
        return lastAccept.get();
    }

    @Override
    protected void doStart() throws Exception {
        Port open = Port.open(listen);
        try {
            open.channel().configureBlocking(false);
            selector = Selector.open();
            key = open.channel().register(selector(), SelectionKey.OP_ACCEPT);
            port = open;
            super.doStart();
        } catch (Exception e) {
            close(open);
            throw e;
        }
    }

    /** Gets ready, in a while, what would take too long when the port {@linkplain #closePort closes}. */
    void prepareToCloseLater() {
        getScheduler()
                .schedule(
                        () -> getExecutor().execute(this::prepareToClose), FILTER_DELAY_MILLIS, TimeUnit.MILLISECONDS);
    }

    void prepareToClose() {
        // What is attached to a socket would hold for all who share it.
        if (isRunning() && !port().isShared()) {
            synFilter = SynFilter.prepare(port().channel());
        }
    }

    @Override
    protected void doStop() throws Exception {
        Port open = port;
        if (open != null) {
            close(open);
            // Only then is a channel that was registered really closed.
            selector().close();
        }
        super.doStop();
        // What a selector was to take when it stopped is taken by nobody.
        beingAccepted.forEach(IO::close);
        beingAccepted.clear();
    }

    /** Not blocked in the accept itself, from which nobody could be called away but by closing the port under it. */
    @Override
    protected void accept(int acceptor) throws IOException {
        Port open = port();
        Selector waiting = selector();
        waiting.select();
        waiting.selectedKeys().clear();
        if (!isClosing()) {
            takeAll(open);
            return;
        }
        try {
            closeAnother(waiting);
            // As long as it is registered, the channel would not really be closed.
            requireNonNull(key).cancel();
            waiting.selectNow();
            takeLast(open);
            takeAll(open);
        } catch (Throwable e) {
            log.error("Who had connected when {} closed may not have been served", open, e);
            throw e;
        } finally {
            close(open);
        }
        throw new ClosedChannelException();
    }

    /**
     * Closes a port that nobody knows, as the first close of a JVM takes more than twice as long as the next: who connects between
     * the last accept and the close is lost.
     */
    private static void closeAnother(Selector waiting) {
        try (ServerSocketChannel other = ServerSocketChannel.open()) {
            other.configureBlocking(false);
            other.register(waiting, SelectionKey.OP_ACCEPT).cancel();
            waiting.selectNow();
        } catch (IOException e) {
            log.debug("The close of the port was not prepared", e);
        }
    }

    /** Has the kernel connect nobody any more, where that is possible, and takes those who are half connected. */
    private void takeLast(Port open) {
        SynFilter filter = synFilter;
        if (filter == null) {
            return;
        }
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_HANDSHAKE_MILLIS);
        try {
            filter.attach();
            while (filter.mayHaveHalfOpen() && System.nanoTime() - until < 0) {
                takeAll(open);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        } catch (IOException | RuntimeException e) {
            log.warn("Who was about to connect when {} closed may not have been served", open, e);
        }
    }

    private void takeAll(Port open) throws IOException {
        for (SocketChannel next = open.channel().accept();
                next != null;
                next = open.channel().accept()) {
            try {
                take(next);
            } catch (IOException gone) {
                log.debug("A connection has gone before it was taken", gone);
            }
        }
    }

    private Selector selector() {
        return requireNonNull(selector, "the connector has not been started");
    }

    @Override
    protected boolean handleAcceptFailure(Throwable failure) {
        if (!isRunning() || !isOpen()) {
            return false;
        }
        log.warn("Accepting on {} has failed: {}; it is tried again", listen, failure.toString());
        try {
            // Jetty would sleep, and not be woken up to close the port.
            leaving.await(ACCEPT_PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            return false;
        }
        return true;
    }

    @Override
    public @Nullable Object getTransport() {
        Port open = port;
        return open == null ? null : open.channel();
    }

    @Override
    public String toString() {
        return "connector on " + listen;
    }

    private void take(SocketChannel connection) throws IOException {
        lastAccept.set(System.nanoTime());
        boolean taken = false;
        try {
            connection.configureBlocking(false);
            if (connection.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
                connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            selectors.accept(connection);
            taken = isRunning();
        } finally {
            if (!taken) {
                connection.close();
            }
        }
    }

    private void withdraw(Port open) {
        try {
            open.withdraw();
        } catch (IOException e) {
            log.warn("{} could not be removed: {}", open, e.toString());
        }
    }

    private void close(Port open) {
        try {
            open.close();
        } catch (IOException e) {
            log.warn("{} could not be closed: {}", open, e.toString());
        } finally {
            closed.countDown();
        }
    }

    /** Jetty's selectors, with end points that know what they have not read. */
    private final class Selectors extends SelectorManager {
        Selectors() {
            super(PortConnector.this.getExecutor(), PortConnector.this.getScheduler());
        }

        @Override
        protected void execute(Runnable task) {
            if (closingIdle.get()) {
                task.run();
            } else {
                super.execute(task);
            }
        }

        @Override
        protected void onAccepting(SelectableChannel channel) {
            beingAccepted.add(channel);
            super.onAccepting(channel);
        }

        @Override
        protected void onAcceptFailed(SelectableChannel channel, Throwable cause) {
            beingAccepted.remove(channel);
            super.onAcceptFailed(channel, cause);
        }

        @Override
        protected EndPoint newEndPoint(SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
            WatchedEndPoint endPoint =
                    new WatchedEndPoint((SocketChannel) channel, selector, key, getScheduler(), getExecutor());
            endPoint.setIdleTimeout(getIdleTimeout());
            return endPoint;
        }

        @Override
        public Connection newConnection(SelectableChannel channel, EndPoint endPoint, @Nullable Object attachment) {
            return getDefaultConnectionFactory().newConnection(PortConnector.this, endPoint);
        }

        @Override
        protected void endPointOpened(EndPoint endPoint) {
            super.endPointOpened(endPoint);
            onEndPointOpened(endPoint);
            beingAccepted.remove((Closeable) endPoint.getTransport());
        }

        @Override
        protected void endPointClosed(EndPoint endPoint) {
            onEndPointClosed(endPoint);
            super.endPointClosed(endPoint);
        }
    }
}
