package dev.quiesce.web;

import com.google.inject.AbstractModule;
import com.google.inject.Key;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.name.Named;
import com.google.inject.name.Names;
import dev.quiesce.db.EmbeddedConfig;
import dev.quiesce.db.EmbeddedMariaDb;
import dev.quiesce.db.MariaDbPool;
import dev.quiesce.db.PoolConfig;
import dev.quiesce.lifecycle.guice.LifecycleBinder;
import dev.quiesce.web.config.ServiceConfig.Database;
import dev.quiesce.web.config.ServiceConfig.Embedded;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** The two pools, and the embedded server below them if it is asked for. */
final class DatabaseModule extends AbstractModule {
    static final String MAIN = "main";
    static final String D4 = "d4";
    private static final String EMBEDDED = "embedded database";

    private final Database main;
    private final Database d4;
    private final Optional<EmbeddedMariaDb> embedded;

    DatabaseModule(Database main, Database d4, Optional<Embedded> embedded) {
        this.main = main;
        this.d4 = d4;
        this.embedded = embedded.map(settings -> new EmbeddedMariaDb(EmbeddedConfig.at(settings.data(), MAIN, D4)
                .withSource(EmbeddedConfig.Source.valueOf(settings.source().name()))));
    }

    @Override
    protected void configure() {
        LifecycleBinder components = LifecycleBinder.of(binder());
        embedded.ifPresent(server -> {
            bind(EmbeddedMariaDb.class).toInstance(server);
            components.component(EMBEDDED, Key.get(EmbeddedMariaDb.class));
        });
        String[] below = embedded.isPresent() ? new String[] {EMBEDDED} : new String[0];
        components.component("pool main", Key.get(MariaDbPool.class, Names.named(MAIN)), below);
        components.component("pool d4", Key.get(MariaDbPool.class, Names.named(D4)), below);
    }

    @Provides
    @Singleton
    @Named(MAIN)
    MariaDbPool mainPool() {
        return pool(MAIN, main);
    }

    @Provides
    @Singleton
    @Named(D4)
    MariaDbPool d4Pool() {
        return pool(D4, d4);
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

    private MariaDbPool pool(String name, Database database) {
        PoolConfig config = config(name, database);
        int demand = 0;
        for (PoolConfig each : List.of(config(MAIN, main), config(D4, d4))) {
            demand += each.hosts().equals(config.hosts()) ? each.demand() : 0;
        }
        return new MariaDbPool(config.withDemand(demand));
    }

    private PoolConfig config(String name, Database database) {
        return embedded.map(server -> database.pool(name, server.jdbcUrl(name), server.user(), server.password()))
                .orElseGet(() -> database.pool(name));
    }
}
