package dev.quiesce.lifecycle.testing;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Takes a component once through its life before the first test of a class, so that nothing is loaded or made lazily later. */
final class ContractWarmUp implements BeforeEachCallback {
    private static final Set<Class<?>> WARM = ConcurrentHashMap.newKeySet();

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        LifecycleContract<?> contract = (LifecycleContract<?>) context.getRequiredTestInstance();
        if (WARM.add(contract.getClass())) {
            Lifecycle component = contract.newComponent();
            component.start();
            component.quiesce();
            component.drain(Deadline.after(contract.patience()));
            component.stop(Deadline.after(contract.patience()));
        }
    }
}
