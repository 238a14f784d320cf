package dev.quiesce.web;

import com.google.inject.AbstractModule;
import com.google.inject.Key;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.name.Named;
import dev.quiesce.lifecycle.guice.LifecycleBinder;
import dev.quiesce.session.DatabaseSessions;
import dev.quiesce.session.MemorySessions;
import dev.quiesce.session.SessionConfig;
import dev.quiesce.session.Sessions;
import dev.quiesce.web.config.ServiceConfig;
import javax.sql.DataSource;

/** The sessions: in memory, or in the database of the users, whose pool then outlives them as the graph shows. */
final class SessionModule extends AbstractModule {
    private final ServiceConfig.Sessions settings;

    SessionModule(ServiceConfig.Sessions settings) {
        this.settings = settings;
    }

    @Override
    protected void configure() {
        LifecycleBinder.of(binder()).component("sessions", Key.get(Sessions.class), HttpModule.CONTAINER);
        install(
                switch (settings.store()) {
                    case MEMORY -> new InMemory(settings.config());
                    case DATABASE -> new InDatabase(settings.config());
                });
    }

    private static final class InMemory extends AbstractModule {
        private final SessionConfig config;

        InMemory(SessionConfig config) {
            this.config = config;
        }

        @Provides
        @Singleton
        Sessions sessions() {
            return new MemorySessions(config);
        }
    }

    private static final class InDatabase extends AbstractModule {
        private final SessionConfig config;

        InDatabase(SessionConfig config) {
            this.config = config;
        }

        @Provides
        @Singleton
        Sessions sessions(@Named(DatabaseModule.MAIN) DataSource database) {
            return new DatabaseSessions(database, config);
        }
    }
}
