package dev.quiesce.docs.spring;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.lifecycle.LifecycleListener;
import dev.quiesce.lifecycle.Stage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.web.server.GracefulShutdownResult;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;

/**
 * The application context of Spring Boot as one component. As a listener it lowers readiness as soon as the service lingers.
 *
 * <p>Thread-safe.
 */
final class SpringContext implements Lifecycle, LifecycleListener {
    private final SpringApplication application;
    private final String[] arguments;
    private volatile @Nullable ConfigurableApplicationContext context;

    SpringContext(SpringApplication application, String... arguments) {
        this.application = application;
        this.arguments = arguments;
        application.setRegisterShutdownHook(false);
        application.addInitializers(created -> context = created);
    }

    @Override
    public void start() {
        application.run(arguments);
    }

    @Override
    public void entered(Stage stage) {
        if (stage == Stage.LINGERING) {
            quiesce();
        }
    }

    @Override
    public void quiesce() {
        if (context != null) {
            AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);
        }
    }

    @Override
    public void drain(Deadline deadline) throws Exception {
        if (context instanceof WebServerApplicationContext web && context.isRunning()) {
            CompletableFuture<GracefulShutdownResult> requestsEnded = new CompletableFuture<>();
            web.getWebServer().shutDownGracefully(requestsEnded::complete);
            try {
                requestsEnded.get(deadline.remaining(TimeUnit.NANOSECONDS), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                throw new TimeoutException("requests are still in flight");
            }
        }
    }

    @Override
    public void stop(Deadline deadline) {
        if (context != null) {
            if (context.isRunning()) {
                // By itself Spring waits for 30 s for each phase of its own.
                context.getBean(DefaultLifecycleProcessor.class)
                        .setTimeoutPerShutdownPhase(deadline.remaining(TimeUnit.MILLISECONDS) / 2);
            }
            context.close();
        }
    }
}
