package dev.quiesce.web;

import com.google.inject.AbstractModule;
import com.google.inject.Key;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.name.Named;
import dev.quiesce.db.MariaDbPool;
import dev.quiesce.lifecycle.guice.LifecycleBinder;
import dev.quiesce.realtime.socketio.DatabaseEventLog;
import dev.quiesce.realtime.socketio.DatabaseEventLogConfig;
import dev.quiesce.realtime.socketio.EventLog;
import dev.quiesce.realtime.socketio.Retention;
import dev.quiesce.realtime.socketio.SocketIoServer;
import dev.quiesce.session.Sessions;
import dev.quiesce.web.board.BoardSockets;
import dev.quiesce.web.board.Presence;
import dev.quiesce.web.board.SessionLookup;
import dev.quiesce.web.config.ServiceConfig;

/**
 * The sockets of the page, and what tells them who is there. The sockets outlive neither what their listeners use, both pools and the
 * sessions, nor the pool of their log, as the graph shows.
 */
final class SocketModule extends AbstractModule {
    static final String NAMESPACE = "/";

    private static final String DRILL = "/drill";

    private final ServiceConfig.Sockets settings;
    private final boolean drill;

    SocketModule(ServiceConfig.Sockets settings, boolean drill) {
        this.settings = settings;
        this.drill = drill;
    }

    @Override
    protected void configure() {
        LifecycleBinder.of(binder())
                .component("sockets", Key.get(SocketIoServer.class), HttpModule.CONTAINER)
                .component("presence", Key.get(Presence.class));
        install(
                switch (settings.log()) {
                    case MEMORY -> new InMemory(settings.retention());
                    case DATABASE -> new InDatabase(settings.retention());
                });
    }

    @Provides
    @Singleton
    SocketIoServer sockets(EventLog log, BoardSockets board) {
        SocketIoServer sockets = new SocketIoServer(settings.config(), log);
        board.serve(sockets.of(NAMESPACE));
        if (drill) {
            // The drill's proof that a socket lives.
            sockets.of(DRILL).on("echo", event -> event.ack(event.get(0)));
        }
        return sockets;
    }

    @Provides
    @Singleton
    Presence presence(SocketIoServer sockets, BoardSockets board) {
        return board.presence(sockets.of(NAMESPACE));
    }

    @Provides
    @Singleton
    SessionLookup sessionLookup(Sessions sessions) {
        return (cookies, attribute) -> sessions.find(cookies).flatMap(session -> session.attribute(attribute));
    }

    private static final class InMemory extends AbstractModule {
        private final Retention retention;

        InMemory(Retention retention) {
            this.retention = retention;
        }

        @Provides
        @Singleton
        EventLog log() {
            return EventLog.inMemory(retention);
        }
    }

    private static final class InDatabase extends AbstractModule {
        private final Retention retention;

        InDatabase(Retention retention) {
            this.retention = retention;
        }

        @Provides
        @Singleton
        EventLog log(@Named(DatabaseModule.MAIN) MariaDbPool pool) {
            DatabaseEventLog log = new DatabaseEventLog(
                    pool.dataSource(), DatabaseEventLogConfig.defaults().withRetention(retention));
            pool.watch(log.remains());
            return log;
        }
    }
}
