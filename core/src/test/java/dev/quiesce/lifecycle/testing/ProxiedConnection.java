package dev.quiesce.lifecycle.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

/** A connection through a {@link FaultProxy}: the client's side, the server's side, and a pipe each way. Used by one thread. */
final class ProxiedConnection {
    private final FaultProxy proxy;
    private final InetSocketAddress address;
    private final ProxiedSide client;
    private final ProxiedSide server;
    private final ProxiedPipe toServer;
    private final ProxiedPipe toClient;
    private boolean hasConnected;
    private boolean isCut;

    /** What has been lost, cut or swallowed cannot be had back. */
    private boolean isBroken;

    ProxiedConnection(FaultProxy proxy, SocketChannel accepted, InetSocketAddress address) throws IOException {
        this.proxy = proxy;
        this.address = address;
        client = new ProxiedSide(proxy.selector(), accepted, this::flow);
        server = new ProxiedSide(proxy.selector(), SocketChannel.open(), this::flow);
        toServer = new ProxiedPipe(client, server, proxy.scratch());
        toClient = new ProxiedPipe(server, client, proxy.scratch());
    }

    void apply(Fault fault) {
        if (fault.kind() == Fault.Kind.RESET) {
            reset();
        } else if (!isBroken) {
            try {
                change(fault);
                flow();
            } catch (IOException failed) {
                reset();
            }
        }
    }

    private void change(Fault fault) throws IOException {
        switch (fault.kind()) {
            case FORWARD, DELAY -> forward(fault);
            case HOLD -> hold();
            case CUT -> cut();
            case CLIENT_GONE -> lose(client);
            case SERVER_GONE -> lose(server);
            case BLACK_HOLE -> swallow();
            case RESET, REFUSE -> throw new IllegalArgumentException("not a change of an open connection: " + fault);
        }
    }

    void reset() {
        client.reset();
        server.reset();
        proxy.remove(this);
    }

    private void forward(Fault fault) throws IOException {
        toServer.forward(fault.toServer().toNanos());
        toClient.forward(fault.toClient().toNanos());
        if (!hasConnected) {
            hasConnected = true;
            server.connect(address);
        }
    }

    private void hold() {
        toServer.hold();
        toClient.hold();
    }

    private void cut() throws IOException {
        swallow();
        isCut = true;
        client.sendEnd();
        if (server.isConnected()) {
            server.sendEnd();
        }
    }

    private void lose(ProxiedSide gone) {
        swallow();
        gone.reset();
    }

    private void swallow() {
        isBroken = true;
        toServer.swallow();
        toClient.swallow();
        if (!server.isConnected()) {
            server.close();
        }
    }

    /** Moves what can be moved, and waits for what cannot. */
    private void flow() {
        if (!client.isOpen() && !server.isOpen()) {
            return;
        }
        try {
            server.finishConnect();
            toServer.flow();
            toClient.flow();
        } catch (IOException failed) {
            reset();
            return;
        }
        closeEnded();
        if (!client.isOpen() && !server.isOpen()) {
            proxy.remove(this);
            return;
        }
        client.await(toServer.wantsBytes(), toClient.isBlocked());
        server.await(toClient.wantsBytes(), toServer.isBlocked());
        toServer.nextAlarm().ifPresent(nanos -> proxy.after(nanos, this::flow));
        toClient.nextAlarm().ifPresent(nanos -> proxy.after(nanos, this::flow));
    }

    /** Those that have been cut end one by one, with their peers; of others that are broken nobody is to see an end. */
    private void closeEnded() {
        boolean hasPassed = toServer.hasEnded() && toClient.hasEnded();
        if (hasPassed || isCut && toServer.hasSourceEnded()) {
            client.close();
        }
        if (hasPassed || isCut && toClient.hasSourceEnded()) {
            server.close();
        }
    }
}
