package dev.quiesce.lifecycle.testing;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Takes a component once through its life, with work, before the first test of a class, so that nothing is loaded or made
 * lazily later. It comes after the set-up of the class, which the component may need.
 */
final class ContractWarmUp implements BeforeTestExecutionCallback {
    private static final Set<Class<?>> WARM = ConcurrentHashMap.newKeySet();

    @Override
    public void beforeTestExecution(ExtensionContext context) throws Exception {
        LifecycleContract<?> contract = (LifecycleContract<?>) context.getRequiredTestInstance();
        if (WARM.add(contract.getClass())) {
            live(contract);
        }
    }

    private static <C extends Lifecycle> void live(LifecycleContract<C> contract) throws Exception {
        C component = contract.newComponent();
        component.start();
        Optional<AutoCloseable> work = contract.beginWork(component);
        component.quiesce();
        if (work.isPresent()) {
            work.get().close();
        }
        component.drain(Deadline.after(contract.patience()));
        component.stop(Deadline.after(contract.patience()));
    }
}
