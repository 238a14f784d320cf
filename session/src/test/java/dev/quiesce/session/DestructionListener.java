package dev.quiesce.session;

import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Notes each session that is destroyed, and throws for every third if told to. */
final class DestructionListener implements HttpSessionListener {
    final Set<String> destroyed = ConcurrentHashMap.newKeySet();
    final AtomicInteger calls = new AtomicInteger();
    private final boolean throwsSometimes;

    DestructionListener(boolean throwsSometimes) {
        this.throwsSometimes = throwsSometimes;
    }

    @Override
    public void sessionDestroyed(HttpSessionEvent event) {
        destroyed.add(event.getSession().getId());
        if (calls.incrementAndGet() % 3 == 0 && throwsSometimes) {
            throw new IllegalStateException("on purpose");
        }
    }
}
