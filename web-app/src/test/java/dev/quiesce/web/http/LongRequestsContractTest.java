package dev.quiesce.web.http;

import dev.quiesce.lifecycle.testing.LifecycleContract;
import java.util.Optional;

class LongRequestsContractTest implements LifecycleContract<LongRequests> {

    @Override
    public LongRequests newComponent() {
        return new LongRequests();
    }

    /** A request that does not care what it is told, since any other ends by itself. */
    @Override
    public Optional<AutoCloseable> beginWork(LongRequests started) {
        return Optional.of(started.register("GET /deaf", () -> {}));
    }
}
