package dev.quiesce.web.board;

import dev.quiesce.lifecycle.testing.LifecycleContract;
import dev.quiesce.realtime.socketio.EventLog;
import dev.quiesce.realtime.socketio.SocketIoConfig;
import dev.quiesce.realtime.socketio.SocketIoServer;

class PresenceContractTest implements LifecycleContract<Presence> {

    @Override
    public Presence newComponent() {
        return new Presence(new SocketIoServer(SocketIoConfig.defaults(), EventLog.none()).of("/"), watchers -> {});
    }
}
