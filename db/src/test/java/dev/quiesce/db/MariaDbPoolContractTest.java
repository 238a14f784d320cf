package dev.quiesce.db;

import dev.quiesce.lifecycle.testing.LifecycleContract;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestServer.class)
class MariaDbPoolContractTest implements LifecycleContract<MariaDbPool> {
    private final TestServer.Tenant tenant;

    MariaDbPoolContractTest(TestServer.Tenant tenant) {
        this.tenant = tenant;
    }

    @Override
    public MariaDbPool newComponent() {
        return new MariaDbPool(config());
    }

    @Override
    public Optional<MariaDbPool> newComponentThatFailsToStart() {
        return Optional.of(
                new MariaDbPool(PoolConfig.of("main", config().url(), tenant.name(), "not " + TestServer.PASSWORD)));
    }

    @Override
    public Optional<AutoCloseable> beginWork(MariaDbPool started) throws Exception {
        return Optional.of(started.dataSource().getConnection());
    }

    private PoolConfig config() {
        return tenant.config()
                .withSize(2)
                .withTimeouts(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(60));
    }
}
