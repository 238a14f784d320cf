package dev.quiesce.web;

import dev.quiesce.realtime.Socket;
import dev.quiesce.realtime.SocketHandler;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/** Sends every text back: the drill's proof that a socket lives. Thread-safe. */
@Singleton
final class EchoSocket implements SocketHandler {

    @Inject
    EchoSocket() {}

    @Override
    public void text(Socket socket, String message) {
        socket.send(message);
    }
}
