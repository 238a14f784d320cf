package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.testing.LifecycleContract;
import java.util.Optional;

class WorkGuardContractTest implements LifecycleContract<WorkGuard> {

    @Override
    public WorkGuard newComponent() {
        return new WorkGuard();
    }

    @Override
    public Optional<AutoCloseable> beginWork(WorkGuard started) {
        return Optional.ofNullable(started.tryHold("work"));
    }
}
