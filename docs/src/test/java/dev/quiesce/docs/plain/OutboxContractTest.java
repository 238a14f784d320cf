package dev.quiesce.docs.plain;

import dev.quiesce.lifecycle.testing.LifecycleContract;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

class OutboxContractTest implements LifecycleContract<Outbox> {
    private final CompletableFuture<Boolean> mayWrite = new CompletableFuture<>();

    @Override
    public Outbox newComponent() {
        return new Outbox(letter -> mayWrite.join());
    }

    @Override
    public Optional<AutoCloseable> beginWork(Outbox started) {
        started.post("hello");
        return Optional.of(() -> mayWrite.complete(true));
    }
}
