package dev.quiesce.web.http;

import dev.quiesce.lifecycle.testing.LifecycleContract;
import java.util.Optional;
import org.eclipse.jetty.server.Handler;

class JettyContainerContractTest implements LifecycleContract<JettyContainer> {

    @Override
    public JettyContainer newComponent() {
        return new JettyContainer(new Listen.Tcp("127.0.0.1", 0));
    }

    @Override
    public Optional<JettyContainer> newComponentThatFailsToStart() {
        JettyContainer container = newComponent();
        container.handle(new Handler.Wrapper() {
            @Override
            protected void doStart() {
                throw new IllegalStateException("on purpose");
            }
        });
        return Optional.of(container);
    }
}
