package dev.quiesce.realtime;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of one WebSocket connection.
 *
 * <p>Safe for use by many threads; messages leave in the order in which they were sent. No method blocks. After the
 * socket has begun to close, every method is still safe to call, and nothing more is sent.
 */
public final class Socket {
    private final Connection connection;
    private final Rooms rooms;
    private volatile @Nullable Object attachment;

    Socket(Connection connection, Rooms rooms) {
        this.connection = connection;
        this.rooms = rooms;
    }

    /** Returns the id of this socket: random, and unique among all sockets of all hubs. */
    public String id() {
        return connection.id();
    }

    /** Returns the request that opened this socket. */
    public Handshake handshake() {
        return connection.handshake();
    }

    /** Returns whether neither side has begun to close this socket. */
    public boolean isOpen() {
        return connection.isOpen();
    }

    /** Returns whether this socket has ended, and it was not this side that has begun with that. */
    public boolean isEndedByPeer() {
        return connection.isEndedByPeer();
    }

    /**
     * Queues a text message.
     *
     * <p>A peer that does not take its messages in time is closed with code 1008 as soon as more than
     * {@link SocketHubConfig#outboundQueueBytes()} wait for it.
     *
     * @return whether the message was queued; false if the socket is closing or has just been found too slow
     * @throws IllegalArgumentException if the socket is open and the message alone is larger than the queue may be
     */
    public boolean send(String message) {
        return connection.send(Message.text(message));
    }

    /**
     * Queues a binary message. The content between the buffer's position and limit is copied.
     *
     * @return whether the message was queued, as for {@link #send(String)}
     * @throws IllegalArgumentException if the socket is open and the message alone is larger than the queue may be
     */
    public boolean send(ByteBuffer message) {
        return connection.send(Message.binary(message));
    }

    /**
     * Queues a message that may go to other sockets as well.
     *
     * @return whether the message was queued, as for {@link #send(String)}
     * @throws IllegalArgumentException if the socket is open and the message alone is larger than the queue may be
     */
    public boolean send(Message message) {
        return connection.send(message);
    }

    /**
     * Queues messages that leave together: many small ones are written by far fewer calls of the system than one by one.
     *
     * @return whether all were queued, as for {@link #send(String)}
     * @throws IllegalArgumentException if the socket is open and one message alone is larger than the queue may be
     */
    public boolean send(List<Message> messages) {
        return connection.send(messages);
    }

    /** Returns how much waits to be sent, in bytes, each message counted with 64 on top. */
    public long queuedBytes() {
        return connection.queuedBytes();
    }

    /**
     * Reads nothing more from this socket until the returned action has been run, which must be done once. To be called by
     * the handler of a message that has it handled elsewhere; without it the next message is read as soon as the handler
     * returns.
     */
    public Runnable pauseReading() {
        return connection.pauseReading();
    }

    /** Keeps something of the handler's with this socket, in place of what was kept before. */
    public void attach(@Nullable Object kept) {
        attachment = kept;
    }

    /** Returns what was {@linkplain #attach attached} last, or null. */
    public @Nullable Object attachment() {
        return attachment;
    }

    /** Enters a room, which exists as long as a socket is in it. */
    public void join(String room) {
        rooms.join(requireNonNull(room, "room"), this);
    }

    /** Leaves a room. Closed sockets leave theirs by themselves. */
    public void leave(String room) {
        rooms.leave(requireNonNull(room, "room"), this);
    }

    /** Returns the rooms that this socket is in at the moment. */
    public Set<String> rooms() {
        return rooms.of(this);
    }

    /**
     * Begins to close this socket: sends what is queued, then a close frame, and cuts the connection if the peer has not
     * answered within {@link SocketHubConfig#closeTimeout()}. No further message is handled.
     *
     * @param code a status code that may be sent: 1000 to 1003, 1007 to 1014, or 3000 to 4999
     * @param reason what to tell the peer, cut to 123 bytes of UTF-8
     * @throws IllegalArgumentException if the code may not be sent
     */
    public void close(int code, String reason) {
        connection.close(CloseFrame.checkedCode(code), requireNonNull(reason, "reason"));
    }

    Connection connection() {
        return connection;
    }

    /** Returns the id and the path, and nothing that could be a secret. */
    @Override
    public String toString() {
        return "Socket[" + id() + " " + handshake().path() + "]";
    }
}
