package dev.quiesce.lifecycle.guice;

import com.google.inject.AbstractModule;
import com.google.inject.Provider;
import com.google.inject.Singleton;
import com.google.inject.name.Named;
import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.lifecycle.LifecycleListener;
import dev.quiesce.lifecycle.Report;
import jakarta.inject.Inject;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Components that inject one another in various ways. */
final class Injected {
    private Injected() {}

    static class Plain implements Lifecycle {
        volatile boolean running;

        @Override
        public void start() {
            running = true;
        }

        @Override
        public void stop(Deadline deadline) {
            running = false;
        }
    }

    static final class Pool extends Plain {}

    static final class Management extends Plain {}

    static final class Http extends Plain {
        @Inject
        Http(Pool pool) {}
    }

    static final class Lazy extends Plain {
        @Inject
        Lazy(Provider<Pool> pool) {}
    }

    @Singleton
    static final class MainUser extends Plain {
        @Inject
        MainUser(@Named("main") Pool pool) {}
    }

    static final class Repository {}

    interface Handler {}

    static final class OfferHandler implements Handler {
        @Inject
        OfferHandler(Repository repository) {}
    }

    static final class Server extends Plain {
        @Inject
        Server(Set<Handler> handlers) {}
    }

    interface PoolUser {}

    static final class HiddenUser extends Plain implements PoolUser {
        final Pool pool;

        @Inject
        HiddenUser(Pool pool) {
            this.pool = pool;
        }
    }

    static final class Front extends Plain {
        @Inject
        Front(PoolUser user) {}
    }

    static final class Middle extends Plain implements Handler {
        @Inject
        Middle(Pool pool) {}
    }

    @Singleton
    static final class MainlessUser extends Plain {
        @Inject
        MainlessUser() {}
    }

    @Singleton
    static final class Ends implements LifecycleListener {
        final AtomicInteger ends = new AtomicInteger();

        @Inject
        Ends() {}

        @Override
        public void ended(Report report) {
            ends.incrementAndGet();
        }
    }

    /** Made by hand, and completed by Guice. */
    static final class WithOptional extends Plain {
        @Inject
        Pool pool;

        @com.google.inject.Inject(optional = true)
        Handler handler;
    }

    static final class TwiceModule extends AbstractModule {
        @Override
        protected void configure() {
            LifecycleBinder.of(binder()).component("pool", Pool.class);
        }
    }
}
