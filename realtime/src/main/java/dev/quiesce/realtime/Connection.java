package dev.quiesce.realtime;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.eclipse.jetty.util.thread.SerializedInvoker;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.exception.CloseException;
import org.eclipse.jetty.websocket.core.messages.ByteArrayMessageSink;
import org.eclipse.jetty.websocket.core.messages.MessageSink;
import org.eclipse.jetty.websocket.core.messages.StringMessageSink;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket connection: frames in, messages to the handler, messages out, and the end of it.
 *
 * <p>Jetty calls the methods of {@link FrameHandler} one at a time; all others are safe for use by many threads. Handlers
 * are called on the server's thread pool, so one that hangs holds up its own socket only. Only when that pool refuses, as
 * it does once the server has stopped, are they called on the thread that reads or stops.
 */
final class Connection implements FrameHandler, Heartbeat.Peer {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** What all connections of a hub share. */
    record Shared(SocketHubConfig config, Registry registry, Rooms rooms, Timer timer, Counters counters) {}

    private record Ending(int code, String reason, boolean byPeer) {}

    private interface HandlerCall {
        void make() throws Exception;
    }

    private final String id = UUID.randomUUID().toString();
    private final Shared shared;
    private final Executor executor;
    private final SocketHandler handler;
    private final Handshake handshake;
    private final Socket socket;
    private final Heartbeat heartbeat;
    private final SerializedInvoker calls = new SerializedInvoker(Connection.class);
    private final AtomicReference<@Nullable Ending> ending = new AtomicReference<>();
    private final AtomicBoolean finished = new AtomicBoolean();
    private final Outbox outbox;
    private volatile @Nullable CoreSession session;
    private volatile Runnable cancelCut = () -> {};
    private final AtomicInteger readers = new AtomicInteger();
    private volatile boolean peerClosed;
    private volatile boolean closedForStop;
    private volatile boolean heardSinceClose;
    private volatile boolean cut;
    private @Nullable MessageSink message;
    private boolean served;

    Connection(Shared shared, Executor executor, SocketHandler handler, Handshake handshake) {
        this.shared = shared;
        this.executor = executor;
        this.handler = handler;
        this.handshake = handshake;
        this.socket = new Socket(this, shared.rooms());
        SocketHubConfig config = shared.config();
        this.outbox = new Outbox(config.outboundQueueBytes());
        this.heartbeat = new Heartbeat(shared.timer(), config.pingInterval(), config.pongTimeout(), this);
    }

    String id() {
        return id;
    }

    Handshake handshake() {
        return handshake;
    }

    boolean isOpen() {
        return ending.get() == null;
    }

    boolean isEndedByPeer() {
        Ending end = ending.get();
        return end != null && end.byPeer();
    }

    @Override
    public void onOpen(CoreSession opened, Callback callback) {
        // The heartbeat decides who is idle; a connector that shuts down would cut quiet sockets after a second.
        opened.addIdleTimeoutListener(expired -> false);
        session = opened;
        shared.rooms().add(socket);
        callback.succeeded();

        // Queued before the registry knows this connection, so that the call of closed cannot come first.
        shared.registry().beginCallback();
        AtomicReference<Registry.Entry> entry = new AtomicReference<>(Registry.Entry.CUT);
        Runnable first = calls.offer(() -> opened(entry.get()));
        entry.set(shared.registry().opened(this));
        run(first);
    }

    private void opened(Registry.Entry entry) {
        switch (entry) {
            case SERVE -> {
                served = true;
                readers.set(1);
                heartbeat.start();
                handle(() -> handler.opened(socket), shared.registry()::endCallback);
            }
            case CLOSE -> {
                closeForStop();
                shared.registry().endCallback();
                demand();
            }
            case CUT -> {
                cut();
                shared.registry().endCallback();
            }
        }
    }

    @Override
    public void onFrame(Frame frame, Callback callback) {
        heartbeat.heard();
        heardSinceClose |= closedForStop;
        switch (frame.getOpCode()) {
            case OpCode.PING -> answer(frame, callback);
            case OpCode.PONG -> ignore(callback);
            case OpCode.CLOSE -> peerCloses(frame, callback);
            default -> data(frame, callback);
        }
    }

    private void answer(Frame ping, Callback callback) {
        Callback done = Callback.from(InvocationType.NON_BLOCKING, () -> ignore(callback), failure -> ignore(callback));
        session().sendFrame(new Frame(OpCode.PONG, ping.getPayload()), done, false);
    }

    private void peerCloses(Frame frame, Callback callback) {
        peerClosed = true;
        CloseStatus status = CloseStatus.getCloseStatus(frame);
        if (end(status.getCode(), status.getReason(), true)) {
            cutAfterTimeout();
        }
        callback.succeeded();
    }

    private void data(Frame frame, Callback callback) {
        if (peerClosed || (!isOpen() && !handlesLateMessages())) {
            ignore(callback);
            return;
        }
        MessageSink sink = message != null ? message : newMessage(frame.getOpCode());
        message = frame.isFin() ? null : sink;
        sink.accept(frame, Callback.from(callback::succeeded, failure -> refuse(sink, failure, callback)));
    }

    /** Whether messages count that the peer has sent before it learned that this service stops. */
    private boolean handlesLateMessages() {
        return closedForStop && shared.config().handlesLateMessages();
    }

    private MessageSink newMessage(byte opCode) {
        return opCode == OpCode.TEXT
                ? new StringMessageSink(
                        session(), text -> received(() -> handler.text(socket, (String) text[0])), false)
                : new ByteArrayMessageSink(
                        session(),
                        bytes -> received(() -> handler.binary(socket, ByteBuffer.wrap((byte[]) bytes[0]))),
                        false);
    }

    private @Nullable Object received(HandlerCall call) {
        Runnable ended = shared.registry().tryBeginMessage();
        if (ended == null) {
            demand();
        } else {
            readers.set(1);
            dispatch(() -> handle(call, ended));
        }
        return null;
    }

    /** Refuses a message that is too large or malformed, and reads on, so that the close frame is not lost to a reset. */
    private void refuse(MessageSink sink, Throwable failure, Callback callback) {
        sink.fail(failure);
        callback.succeeded();
        if (failure instanceof CloseException refusal) {
            close(refusal.getStatusCode(), String.valueOf(refusal.getMessage()));
        } else {
            failed(failure);
        }
        demand();
    }

    private void ignore(Callback callback) {
        callback.succeeded();
        demand();
    }

    private void handle(HandlerCall call, Runnable ended) {
        try {
            call.make();
        } catch (Throwable failure) {
            failed(failure);
        } finally {
            heartbeat.heard();
            ended.run();
            release();
        }
    }

    /** Keeps the next message from being read until the returned action has been run. */
    Runnable pauseReading() {
        readers.incrementAndGet();
        AtomicBoolean resumed = new AtomicBoolean();
        return () -> {
            if (resumed.compareAndSet(false, true)) {
                release();
            }
        };
    }

    private void release() {
        if (readers.decrementAndGet() == 0) {
            demand();
        }
    }

    private void failed(Throwable failure) {
        shared.counters().handlerFailures.increment();
        LOG.error("Handler of socket {} at {} failed", id, handshake.path(), failure);
        close(CloseStatus.SERVER_ERROR, "internal error");
    }

    boolean send(Message outbound) {
        return send(outbound, false);
    }

    boolean send(List<Message> outbound) {
        int last = outbound.size() - 1;
        return IntStream.rangeClosed(0, last).allMatch(i -> send(outbound.get(i), i < last));
    }

    /** Queues a message, or closes the socket if too much waits already. */
    private boolean send(Message outbound, boolean isFollowed) {
        if (!isOpen()) {
            return false;
        }
        boolean queued = outbox.send(session(), outbound, isFollowed);
        if (!queued
                && close(CloseStatus.POLICY_VIOLATION, "too slow: more than " + outbox.bound() + " bytes waiting")) {
            shared.counters().slowConsumers.increment();
            LOG.info("Socket {} at {} is too slow and has been closed", id, handshake.path());
        }
        return queued;
    }

    long queuedBytes() {
        return outbox.queuedBytes();
    }

    /** Closes this connection, unless that has begun, and cuts it when the peer has not answered in time. */
    boolean close(int code, String reason) {
        if (!end(code, reason, false)) {
            return false;
        }
        session().sendFrame(new CloseFrame(code, reason), Callback.NOOP, false);
        cutAfterTimeout();
        return true;
    }

    /** Closes this connection, unless that has begun, and leaves it to the caller to cut it. */
    void closeForStop() {
        String reason = shared.config().closeReason();
        if (end(CloseStatus.SERVICE_RESTART, reason, false)) {
            closedForStop = true;
            session().sendFrame(new CloseFrame(CloseStatus.SERVICE_RESTART, reason), Callback.NOOP, false);
        }
    }

    void cut() {
        cut = true;
        session().abort();
    }

    private boolean end(int code, @Nullable String reason, boolean byPeer) {
        boolean first = ending.compareAndSet(null, new Ending(code, reason == null ? "" : reason, byPeer));
        if (first) {
            heartbeat.stop();
        }
        return first;
    }

    private void cutAfterTimeout() {
        cancelCut = shared.timer().after(shared.config().closeTimeout(), this::cut);
    }

    @Override
    public void ping() {
        session().sendFrame(new Frame(OpCode.PING), Callback.NOOP, false);
    }

    @Override
    public boolean isRead() {
        return readers.get() == 0;
    }

    @Override
    public void lost() {
        long timeout = shared.config().pongTimeout().toMillis();
        if (end(CloseStatus.NO_CLOSE, "no pong within " + timeout + " ms", false)) {
            shared.counters().heartbeatsLost.increment();
            cut();
        }
    }

    @Override
    public void onError(Throwable cause, Callback callback) {
        LOG.debug("Socket {} at {} failed", id, handshake.path(), cause);
        callback.succeeded();
    }

    @Override
    public void onClosed(CloseStatus status, Callback callback) {
        callback.succeeded();
        if (!finished.compareAndSet(false, true)) {
            return;
        }
        end(status.getCode(), status.getCode() == CloseStatus.NO_CLOSE ? "connection lost" : status.getReason(), true);
        cancelCut.run();
        shared.rooms().remove(socket);
        // Counted as a call before it is no longer counted as a connection: whoever waits for both sees one of them.
        shared.registry().beginCallback();
        // An ordinary end means that both close frames were exchanged, even if ours was sent between the arrival of the
        // peer's and our call with it: Jetty calls us with the end first then.
        shared.registry()
                .closed(this, peerClosed || !status.isAbnormal() ? Registry.End.ACKNOWLEDGED : endWithoutFrame());
        dispatch(this::closed);
    }

    private void closed() {
        try {
            Ending last = ending.get();
            if (served && last != null) {
                handler.closed(socket, last.code(), last.reason());
            }
        } catch (Throwable failure) {
            failed(failure);
        } finally {
            shared.registry().endCallback();
        }
    }

    private Registry.End endWithoutFrame() {
        return cut && !heardSinceClose && isRead() ? Registry.End.SILENT : Registry.End.LOST;
    }

    private void dispatch(Runnable call) {
        Runnable work = calls.offer(call);
        if (work != null) {
            run(work);
        }
    }

    private void run(Runnable work) {
        try {
            executor.execute(work);
        } catch (RejectedExecutionException e) {
            // The server stopped before its sockets did; the handler must still learn of the end.
            work.run();
        }
    }

    private void demand() {
        if (!finished.get()) {
            session().demand();
        }
    }

    private CoreSession session() {
        CoreSession open = session;
        if (open == null) {
            throw new IllegalStateException("socket " + id + " is not open yet");
        }
        return open;
    }
}
