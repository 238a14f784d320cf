package dev.quiesce.realtime.socketio;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Waits for the answers of many sockets. Safe for use by many threads: one lock, under which nothing foreign is called. */
final class AllAnswers implements Answers {
    private final Duration timeout;
    private final CompletableFuture<Responses> future = new CompletableFuture<>();
    private final List<Arguments> received = new ArrayList<>();
    private int missing;
    private int expected = -1;

    AllAnswers(Duration timeout) {
        this.timeout = timeout;
    }

    CompletableFuture<Responses> future() {
        return future;
    }

    @Override
    public Duration timeout() {
        return timeout;
    }

    @Override
    public void expect(int sockets) {
        synchronized (this) {
            expected = sockets;
        }
        completeWithAll();
    }

    @Override
    public void answered(Arguments answer) {
        synchronized (this) {
            received.add(answer);
        }
        completeWithAll();
    }

    @Override
    public void failed(AckException why) {
        synchronized (this) {
            missing++;
        }
        completeWithAll();
    }

    private void completeWithAll() {
        Responses responses;
        synchronized (this) {
            if (received.size() + missing != expected) {
                return;
            }
            responses = new Responses(received, missing);
        }
        future.complete(responses);
    }
}
