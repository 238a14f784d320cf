package dev.quiesce.realtime.socketio;

import dev.quiesce.realtime.engineio.WebSocketClient;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client of Socket.IO on a WebSocket, packet by packet, without the 4 that each begins with. It answers pings. */
final class IoClient {
    private static final Pattern ID = Pattern.compile("\"sid\":\"([^\"]+)\"");

    private final WebSocketClient socket;
    private String id = "";

    private IoClient(WebSocketClient socket) {
        this.socket = socket;
    }

    static IoClient open(int port) throws Exception {
        return new IoClient(WebSocketClient.open(port, "/socket.io/"));
    }

    static IoClient joined(int port) throws Exception {
        return open(port).join("");
    }

    /** Joins a namespace; what follows the type of the packet is given. */
    IoClient join(String namespaceAndData) throws Exception {
        send("0" + namespaceAndData);
        String answer = next();
        Matcher sid = ID.matcher(answer);
        if (!answer.startsWith("0") || !sid.find()) {
            throw new IllegalStateException(answer);
        }
        id = sid.group(1);
        return this;
    }

    /** Returns the id that this client has in the namespace that it has joined last. */
    String id() {
        return id;
    }

    void send(String packet) {
        socket.send("4" + packet);
    }

    void send(byte[] attachment) {
        socket.send(attachment);
    }

    /** Returns the next packet, or an attachment in hex. */
    String next() throws Exception {
        String message = socket.next();
        while (message.equals("2")) {
            socket.send("3");
            message = socket.next();
        }
        return message.startsWith("4") ? message.substring(1) : message;
    }

    /** Waits for the close frame and returns its code and reason, and before that every packet that was not taken. */
    String end() throws Exception {
        return socket.end();
    }

    void close() {
        socket.close(1000);
    }

    void drop() {
        socket.drop();
    }
}
