package dev.quiesce.realtime.engineio;

import dev.quiesce.realtime.Handshake;
import dev.quiesce.realtime.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.util.thread.SerializedInvoker;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's end of one client's connection, whatever its transport at the moment.
 *
 * <p>Safe for use by many threads; packets leave in the order in which they were sent. No method blocks. After the socket has
 * ended every method is still safe to call, and nothing more is sent.
 *
 * <p>Inside, what concerns the transport happens in turn, by whichever thread has it, and so do the calls of the handler, apart
 * from it: there is no lock, and a handler that blocks keeps nothing from being sent.
 */
public final class EngineSocket {
    private static final Logger LOG = LoggerFactory.getLogger(EngineSocket.class);

    /** For how long a request to poll is held while a client goes on to a WebSocket: it may have begun before that. */
    private static final long HELD_MILLIS = 60;

    private final String id;
    private final Shared shared;
    private final Handshake handshake;
    private final SerializedInvoker turn = new SerializedInvoker(EngineSocket.class);
    private final Inbound inbound;
    private final Upgrade upgrade = new Upgrade();
    private final Heartbeat heartbeat;
    private volatile boolean open = true;
    private volatile Transport transport;
    private volatile @Nullable Object attachment;

    private EngineSocket(Shared shared, Handshake handshake, @Nullable Socket webSocket) {
        this.id = shared.sockets().newId();
        this.shared = shared;
        this.handshake = handshake;
        HandlerCalls calls = new HandlerCalls(shared.executor(), shared.work(), this::failed);
        this.inbound = new Inbound(this, shared.handler(), calls);
        EngineIoConfig config = shared.config();
        this.transport = webSocket == null
                ? new PollingTransport(this, config.outboundQueueBytes())
                : new WebSocketTransport(webSocket, this);
        this.heartbeat = new Heartbeat(this, shared.scheduler(), turn::run, config);
    }

    static void openPolling(Shared shared, Handshake handshake, Poll poll) {
        EngineSocket socket = new EngineSocket(shared, handshake, null);
        shared.polling().tryEnter();
        socket.begin("[\"websocket\"]");
        socket.ask(poll);
    }

    static EngineSocket openWebSocket(Shared shared, Socket webSocket) {
        EngineSocket socket = new EngineSocket(shared, webSocket.handshake(), webSocket);
        webSocket.attach(socket.transport);
        socket.begin("[]");
        return socket;
    }

    private void begin(String upgrades) {
        shared.counters().opened.increment();
        Packet handshaken = Packet.open(shared.config().handshake(id, upgrades));
        // In one turn, so that neither a packet of the handler nor the end can come first.
        turn.run(() -> {
            shared.sockets().add(this);
            transport.send(List.of(handshaken));
            heartbeat.start();
            inbound.opened();
        });
    }

    /** Returns the id of this socket: random, and known to its client. Whoever knows it can speak for the client. */
    public String id() {
        return id;
    }

    /** Returns the request that opened this socket. */
    public Handshake handshake() {
        return handshake;
    }

    /** Returns whether this socket has not ended. */
    public boolean isOpen() {
        return open;
    }

    /** Returns whether this socket polls. */
    public boolean isPolling() {
        return transport instanceof PollingTransport;
    }

    /** Keeps something of the handler's with this socket, in place of what was kept before. */
    public void attach(@Nullable Object kept) {
        attachment = kept;
    }

    /** Returns what was {@linkplain #attach attached} last, or null. */
    public @Nullable Object attachment() {
        return attachment;
    }

    /**
     * Queues a packet. A client that does not take its packets in time is closed, see {@link EngineIoConfig}.
     *
     * @throws IllegalArgumentException if it is larger than the queue may be
     */
    public void send(Packet packet) {
        send(List.of(packet));
    }

    /**
     * Queues packets that leave one after the other, with no other in between.
     *
     * @throws IllegalArgumentException if they are larger than the queue may be
     */
    public void send(List<Packet> packets) {
        Packet.requireToFit(packets, shared.config().outboundQueueBytes());
        turn.run(() -> {
            if (open) {
                transport.send(packets);
            }
        });
    }

    /** Queues packets, as {@link #send(List)}, unless the client has not taken yet what was sent to it: then drops them. */
    public void sendVolatile(List<Packet> packets) {
        turn.run(() -> {
            if (open && transport.isReady()) {
                transport.send(packets);
            }
        });
    }

    /** Runs something in turn with the calls of the handler, on a thread of the server's pool. */
    public void execute(Runnable task) {
        inbound.later(task);
    }

    /**
     * Runs something after a while, as {@link #execute}, unless the returned action has been run by then. The server has no timer
     * after it has stopped.
     */
    public Runnable executeAfter(Duration delay, Runnable task) {
        Scheduler.Task timer = shared.scheduler().schedule(() -> execute(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        return timer::cancel;
    }

    /** Closes this socket: what has been sent goes out first. */
    public void close() {
        close(CloseStatus.NORMAL, "");
    }

    /**
     * Closes this socket, as {@link #close()}.
     *
     * @param code the status that a WebSocket is told
     * @param why the text that goes with it, cut to 123 bytes of UTF-8
     * @throws IllegalArgumentException if the code may not be sent
     */
    public void close(int code, String why) {
        closing(code, why).run();
    }

    /**
     * Returns what closes this socket, as {@link #close(int, String)}, once it is run.
     *
     * @throws IllegalArgumentException if the code may not be sent
     */
    public Runnable closing(int code, String why) {
        Ending ending = Ending.forced(code, why);
        return () -> finish(ending);
    }

    void finish(Ending ending) {
        turn.run(() -> end(ending));
    }

    /** Ends this socket once what has come from its client has been handled. */
    void finishInTurn(Ending ending) {
        inbound.end(() -> finish(ending));
    }

    private void end(Ending ending) {
        if (!open) {
            return;
        }
        // Before the client is told, so that whatever it asks for then finds the end.
        open = false;
        if (ending.isMuting()) {
            inbound.mute();
        }
        transport.close(ending);
        upgrade.end(ending);
        ended(ending.reason());
    }

    private void ended(CloseReason reason) {
        open = false;
        heartbeat.stop();
        inbound.closed(reason);
        if (isPolling()) {
            shared.polling().exit();
        }
        // Last, as a server that stops waits for this, and for the calls that have begun by then.
        shared.sockets().remove(this);
    }

    void tooSlow(long waiting) {
        if (open) {
            shared.counters().slowConsumers.increment();
            LOG.info("A socket of {} is too slow: {} bytes wait", handshake.remoteAddress(), waiting);
            end(Ending.TOO_SLOW);
        }
    }

    void leaveWords(List<String> words) {
        shared.sockets().leaveWords(id, words);
    }

    /** The answer to a request for packets could not be written. */
    void lost() {
        turn.run(() -> {
            if (isPolling()) {
                end(Ending.LOST);
            }
        });
    }

    Inbound inbound() {
        return inbound;
    }

    /** Ends this socket, as its client does what the transport does not allow. */
    void misused() {
        turn.run(() -> blame(Ending.MISUSED));
    }

    /** Ends this socket, as what has come from its client makes no sense. */
    public void malformed() {
        turn.run(() -> blame(Ending.PARSE_ERROR));
    }

    private void blame(Ending ending) {
        if (open) {
            shared.counters().malformed.increment();
            end(ending);
        }
    }

    /** The client has not answered a ping in time; in turn. */
    void unanswered() {
        shared.counters().pingTimeouts.increment();
        end(Ending.PING_TIMEOUT);
    }

    /** The client has answered a ping. */
    void answered() {
        turn.run(heartbeat::answered);
    }

    /** The client has closed this socket. */
    void closedByPeer() {
        turn.run(() -> {
            if (open && transport instanceof PollingTransport polling) {
                polling.closedByPeer();
            }
            end(Ending.BY_PEER);
        });
    }

    /** Takes a request for packets. */
    void ask(Poll poll) {
        turn.run(() -> {
            if (!open) {
                shared.sockets().answerLast(id, poll);
            } else if (!(transport instanceof PollingTransport polling)) {
                poll.refuse(Refusal.BAD_REQUEST);
            } else if (heartbeat.isOverdue()) {
                unanswered();
                poll.refuse(Refusal.BAD_REQUEST);
            } else if (polling.isAsked()) {
                blame(Ending.MISUSED);
                poll.refuse(Refusal.BAD_REQUEST);
            } else {
                polling.ask(poll);
                if (upgrade.isProbed()) {
                    after(HELD_MILLIS, this::release);
                }
            }
        });
    }

    private void release() {
        if (open && upgrade.isProbed() && transport instanceof PollingTransport polling) {
            polling.release();
        }
    }

    /** Takes a WebSocket that wants to be the transport of this socket. */
    void offer(Socket webSocket) {
        WebSocketTransport offered = new WebSocketTransport(webSocket, this);
        webSocket.attach(offered);
        turn.run(() -> {
            if (open && isPolling() && upgrade.take(offered)) {
                after(shared.config().upgradeTimeout().toMillis(), () -> upgrade.abandon(offered));
            } else {
                offered.close(Ending.MISUSED);
            }
        });
    }

    /** Takes a text from a WebSocket, which may be one that is not the transport of this socket yet. */
    void received(WebSocketTransport from, String text) {
        Runnable resume = from.webSocket().pauseReading();
        if (transport != from) {
            turn.run(() -> {
                upgrade(from, text);
                resume.run();
            });
            return;
        }
        try {
            inbound.receive(List.of(Payload.fromWebSocket(text)), resume);
        } catch (Payload.MalformedException e) {
            malformed();
            resume.run();
        }
    }

    /** Takes a binary message from a WebSocket. */
    void received(WebSocketTransport from, ByteBuffer message) {
        if (transport == from) {
            inbound.receive(
                    List.of(new Payload.Received('4', "", message)),
                    from.webSocket().pauseReading());
        } else {
            turn.run(() -> upgrade.abandon(from));
        }
    }

    private void upgrade(WebSocketTransport from, String text) {
        if (!(transport instanceof PollingTransport polling)) {
            from.close(Ending.MISUSED);
        } else if (upgrade.received(from, text, polling)) {
            transport = from;
            shared.polling().exit();
            shared.counters().upgraded.increment();
            polling.moveTo(from);
        }
    }

    /** A WebSocket has ended that was, or wanted to be, the transport of this socket. */
    void closed(WebSocketTransport ended, CloseReason reason) {
        turn.run(() -> {
            if (!upgrade.forget(ended) && open && transport == ended) {
                ended(reason);
            }
        });
    }

    private void after(long millis, Runnable task) {
        shared.scheduler().schedule(() -> turn.run(task), millis, TimeUnit.MILLISECONDS);
    }

    private void failed(Throwable failure) {
        shared.counters().handlerFailures.increment();
        LOG.error("The handler of a socket of {} failed", handshake.remoteAddress(), failure);
        close(CloseStatus.SERVER_ERROR, "internal error");
    }

    /** Returns the peer's address and the transport; the id would be a secret. */
    @Override
    public String toString() {
        return "EngineSocket[" + handshake.remoteAddress() + (isPolling() ? ", polling]" : ", websocket]");
    }
}
