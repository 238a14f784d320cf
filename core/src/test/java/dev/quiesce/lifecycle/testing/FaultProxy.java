package dev.quiesce.lifecycle.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on a port of its own that passes on what comes until it is told to do otherwise. A {@link Fault} can be set at any
 * time, for the connections that are open and for those that come, and has taken effect when the method returns.
 *
 * <p>Without a fault it passes on bytes, the end of either direction (FIN) and resets. If the server cannot be reached, the
 * client is reset.
 *
 * <p>One thread does everything, however many connections there are. It never keeps the process alive.
 *
 * <p>Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int BACKLOG = 4096;

    private final InetSocketAddress server;
    private final InetSocketAddress address;
    private final Selector selector;
    private final Thread thread;
    private final Queue<Task> tasks = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    // What follows is used by the thread only.
    private final Set<ProxiedConnection> connections = new HashSet<>();
    private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(64 * 1024);
    private Fault arrivals = Fault.NONE;
    private @Nullable ServerSocketChannel listener;
    private @Nullable SocketChannel placeholder;

    private record Task(Runnable work, CompletableFuture<@Nullable Void> done) {}

    private record Alarm(long at, Runnable work) implements Comparable<Alarm> {
        @Override
        public int compareTo(Alarm other) {
            return Long.signum(at - other.at);
        }
    }

    private FaultProxy(InetSocketAddress server) throws IOException {
        this.server = server;
        selector = Selector.open();
        try {
            listener = listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            address = (InetSocketAddress) listener.getLocalAddress();
        } catch (IOException e) {
            selector.close();
            throw e;
        }
        thread = new Thread(this::run, "fault-proxy-" + address.getPort());
        thread.setDaemon(true);
    }

    /**
     * Opens a proxy on a free port of the loopback address.
     *
     * @param server where connections are passed on to; need not be there yet
     * @throws IOException if no port can be opened
     */
    public static FaultProxy to(InetSocketAddress server) throws IOException {
        FaultProxy proxy = new FaultProxy(server);
        proxy.thread.start();
        return proxy;
    }

    /** Returns where the proxy listens; it keeps this port while it refuses connections. */
    public InetSocketAddress address() {
        return address;
    }

    /**
     * Sets what becomes of connections that are open. One that was cut, reset, or lost a side remains so.
     *
     * @throws IllegalArgumentException if the fault is {@link Fault#REFUSE}, which an open connection cannot meet
     * @throws IllegalStateException if the proxy is closed
     */
    public void setEstablished(Fault fault) {
        refuse(fault, Fault.Kind.REFUSE);
        call(() -> applyToEstablished(fault));
    }

    /**
     * Sets what becomes of connections that come from now on. They count as open once the proxy has accepted them.
     *
     * @throws IllegalArgumentException if the fault is {@link Fault#CLIENT_GONE} or {@link Fault#SERVER_GONE}, which only an
     *     open connection can meet
     * @throws IllegalStateException if the proxy is closed
     */
    public void setArrivals(Fault fault) {
        refuse(fault, Fault.Kind.CLIENT_GONE);
        refuse(fault, Fault.Kind.SERVER_GONE);
        call(() -> applyToArrivals(fault));
    }

    /**
     * Sets what becomes of all connections, open ones and those that come.
     *
     * @throws IllegalArgumentException if {@link #setEstablished} or {@link #setArrivals} would throw it
     * @throws IllegalStateException if the proxy is closed
     */
    public void setAll(Fault fault) {
        refuse(fault, Fault.Kind.REFUSE);
        refuse(fault, Fault.Kind.CLIENT_GONE);
        refuse(fault, Fault.Kind.SERVER_GONE);
        call(() -> {
            applyToArrivals(fault);
            applyToEstablished(fault);
        });
    }

    /** Returns how many connections are open on at least one side; held and black-holed ones are. */
    public int openConnections() {
        int[] count = new int[1];
        call(() -> count[0] = connections.size());
        return count[0];
    }

    /**
     * Closes the port and resets what is open. Further calls do nothing.
     *
     * @throws IllegalStateException if the proxy's thread does not end within 10 s
     */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        boolean interrupted = false;
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        } else if (thread.isAlive()) {
            throw new IllegalStateException(thread.getName() + " does not end");
        }
    }

    /** Does something when the time has come, on the proxy's thread. */
    void after(long nanos, Runnable work) {
        alarms.add(new Alarm(System.nanoTime() + nanos, work));
    }

    Selector selector() {
        return selector;
    }

    /** Returns a buffer for whatever is read at this moment. */
    ByteBuffer scratch() {
        return scratch;
    }

    void remove(ProxiedConnection connection) {
        connections.remove(connection);
    }

    private static void refuse(Fault fault, Fault.Kind kind) {
        if (fault.kind() == kind) {
            throw new IllegalArgumentException("such connections cannot meet " + kind);
        }
    }

    private void call(Runnable work) {
        Task task = new Task(work, new CompletableFuture<>());
        tasks.add(task);
        selector.wakeup();
        // After it has been added: the thread fails what it finds when it ends, or else has ended before.
        if (closed) {
            failTasks();
        }
        try {
            task.done().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException(thread.getName() + " does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + thread.getName() + " was told something", e);
        }
    }

    private void run() {
        try {
            while (!closed) {
                select();
                doTasks();
                for (SelectionKey key : selector.selectedKeys()) {
                    ((Runnable) key.attachment()).run();
                }
                selector.selectedKeys().clear();
                doAlarms();
            }
        } catch (IOException | ClosedSelectorException e) {
            throw new IllegalStateException("the proxy on " + address + " has failed", e);
        } finally {
            end();
        }
    }

    private void select() throws IOException {
        Alarm next = alarms.peek();
        if (next == null) {
            selector.select();
            return;
        }
        long nanos = next.at() - System.nanoTime();
        if (nanos <= 0) {
            selector.selectNow();
        } else {
            selector.select(nanos / 1_000_000 + 1);
        }
    }

    private void doTasks() {
        for (Task task = tasks.poll(); task != null; task = tasks.poll()) {
            try {
                task.work().run();
                task.done().complete(null);
            } catch (RuntimeException e) {
                task.done().completeExceptionally(e);
            }
        }
    }

    private void doAlarms() {
        for (Alarm next = alarms.peek(); next != null && next.at() - System.nanoTime() <= 0; next = alarms.peek()) {
            alarms.remove();
            next.work().run();
        }
    }

    private void end() {
        closed = true;
        List.copyOf(connections).forEach(ProxiedConnection::reset);
        try {
            closeAll(listener, placeholder, selector);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            failTasks();
        }
    }

    private void failTasks() {
        for (Task task = tasks.poll(); task != null; task = tasks.poll()) {
            task.done().completeExceptionally(new IllegalStateException("the proxy on " + address + " is closed"));
        }
    }

    private void applyToEstablished(Fault fault) {
        List.copyOf(connections).forEach(connection -> connection.apply(fault));
    }

    private void applyToArrivals(Fault fault) {
        try {
            // Those who wait to be accepted have come before.
            accept();
            arrivals = fault;
            boolean refuses = fault.kind() == Fault.Kind.REFUSE;
            if (refuses && listener != null) {
                listener.close();
                listener = null;
                // Lets go of the port at the next selection only.
                selector.selectNow();
                placeholder = SocketChannel.open();
                placeholder.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                placeholder.bind(address);
            } else if (!refuses && listener == null) {
                listener = listen(address);
                closeAll(placeholder);
                placeholder = null;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ServerSocketChannel listen(InetSocketAddress at) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(at, BACKLOG);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_ACCEPT, (Runnable) this::acceptSelected);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private void acceptSelected() {
        try {
            accept();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() throws IOException {
        ServerSocketChannel open = listener;
        if (open == null) {
            return;
        }
        for (SocketChannel client = open.accept(); client != null; client = open.accept()) {
            ProxiedConnection connection = new ProxiedConnection(this, client, server);
            connections.add(connection);
            connection.apply(arrivals);
        }
    }

    private static void closeAll(@Nullable AutoCloseable... closeables) throws IOException {
        List<IOException> failures = new ArrayList<>();
        for (AutoCloseable closeable : closeables) {
            try {
                if (closeable != null) {
                    closeable.close();
                }
            } catch (IOException e) {
                failures.add(e);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
    }
}
