package dev.quiesce.web;

import com.google.inject.AbstractModule;
import com.google.inject.Key;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.OptionalBinder;
import com.google.inject.name.Named;
import com.google.inject.name.Names;
import dev.quiesce.db.EmbeddedConfig;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.db.MariaDbPool;
import dev.quiesce.db.PoolConfig;
import dev.quiesce.lifecycle.guice.LifecycleBinder;
import dev.quiesce.web.config.ServiceConfig.Database;
import dev.quiesce.web.config.ServiceConfig.Embedded;
import java.util.Optional;
import javax.sql.DataSource;

/** The two pools, and the embedded server below them if it is asked for. */
final class DatabaseModule extends AbstractModule {
    private static final String MAIN = "main";
    private static final String D4 = "d4";

    private final Database main;
    private final Database d4;
    private final Optional<Embedded> embedded;

    DatabaseModule(Database main, Database d4, Optional<Embedded> embedded) {
        this.main = main;
        this.d4 = d4;
        this.embedded = embedded;
    }

    @Override
    protected void configure() {
        LifecycleBinder components = LifecycleBinder.of(binder());
        components.component("pool main", Key.get(MariaDbPool.class, Names.named(MAIN)));
        components.component("pool d4", Key.get(MariaDbPool.class, Names.named(D4)));
        OptionalBinder.newOptionalBinder(binder(), EmbeddedMariaDb.class);
        embedded.ifPresent(settings -> {
            OptionalBinder.newOptionalBinder(binder(), EmbeddedMariaDb.class)
                    .setBinding()
                    .toInstance(new EmbeddedMariaDb(EmbeddedConfig.at(settings.data(), MAIN, D4)
                            .withSource(EmbeddedConfig.Source.valueOf(
                                    settings.source().name()))));
            components.component("embedded database", Key.get(EmbeddedMariaDb.class));
        });
    }

    @Provides
    @Singleton
    @Named(MAIN)
    MariaDbPool mainPool(Optional<EmbeddedMariaDb> server) {
        return pool(MAIN, main, server);
    }

    @Provides
    @Singleton
    @Named(D4)
    MariaDbPool d4Pool(Optional<EmbeddedMariaDb> server) {
        return pool(D4, d4, server);
    }

    @Provides
    @Singleton
    @Named(MAIN)
    DataSource mainDataSource(@Named(MAIN) MariaDbPool pool) {
        return pool.dataSource();
    }

    @Provides
    @Singleton
    @Named(D4)
    DataSource d4DataSource(@Named(D4) MariaDbPool pool) {
        return pool.dataSource();
    }

    private static MariaDbPool pool(String name, Database database, Optional<EmbeddedMariaDb> server) {
        PoolConfig access = server.map(
                        embedded -> PoolConfig.of(name, embedded.jdbcUrl(name), embedded.user(), embedded.password()))
                .orElseGet(() -> PoolConfig.of(
                        name,
                        database.url().orElseThrow(),
                        database.user(),
                        database.password().value()));
        return new MariaDbPool(access.withSize(database.poolSize())
                .withTimeouts(database.acquireTimeout(), access.connectTimeout(), access.socketTimeout())
                .withMigrations("db/" + name));
    }
}
