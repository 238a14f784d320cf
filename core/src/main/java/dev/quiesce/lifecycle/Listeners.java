package dev.quiesce.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listeners of a service, each with a queue and a thread of its own. Safe for use by many threads. */
final class Listeners {
    private static final Logger log = LoggerFactory.getLogger(Coordinator.class);

    /** Something to tell a listener. */
    interface News {
        void tell(LifecycleListener listener) throws Exception;
    }

    private static final News LAST = listener -> {};

    private final List<Channel> channels = new CopyOnWriteArrayList<>();

    void add(LifecycleListener listener) {
        channels.add(new Channel(listener));
    }

    void tell(News news) {
        for (Channel channel : channels) {
            channel.tell(news);
        }
    }

    /**
     * Waits, at most for the given real time, until every listener has been told everything, and names those that have not.
     * Nothing may be told after that.
     */
    void finish(Duration atMost) {
        tell(LAST);
        long end = System.nanoTime() + atMost.toNanos();
        boolean interrupted = false;
        for (Channel channel : channels) {
            boolean known = false;
            while (!known) {
                try {
                    known = true;
                    if (!channel.told.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                        log.warn("The listener {} is late, and is not waited for any longer", channel);
                    }
                } catch (InterruptedException e) {
                    known = false;
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Channel {
        private final LifecycleListener listener;
        private final BlockingQueue<News> queue = new LinkedBlockingQueue<>();
        private final CountDownLatch told = new CountDownLatch(1);

        private boolean begun;

        Channel(LifecycleListener listener) {
            this.listener = listener;
        }

        /** Starts the thread with the first news, so that a service that never runs leaves none. */
        synchronized void tell(News news) {
            queue.add(news);
            if (!begun) {
                Thread thread = new Thread(this::deliver, "quiesce-listener");
                thread.setDaemon(true);
                try {
                    thread.start();
                    begun = true;
                } catch (OutOfMemoryError none) {
                    // The next news tries again. Nothing is logged while callers may hold locks; finish() tells who is
                    // late.
                }
            }
        }

        private void deliver() {
            boolean last = false;
            while (!last) {
                try {
                    News news = queue.take();
                    last = news == LAST;
                    news.tell(listener);
                } catch (Throwable failure) {
                    log.warn("The listener {} has failed", this, failure);
                }
            }
            told.countDown();
        }

        /** Returns the name of the listener's class. */
        @Override
        public String toString() {
            return listener.getClass().getName();
        }
    }
}
