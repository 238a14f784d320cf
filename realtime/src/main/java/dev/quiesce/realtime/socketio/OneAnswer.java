package dev.quiesce.realtime.socketio;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Waits for the answer of one socket. */
record OneAnswer(Duration timeout, CompletableFuture<Arguments> future) implements Answers {
    @Override
    public void expect(int sockets) {
        if (sockets == 0) {
            future.completeExceptionally(new AckException("the client has gone"));
        }
    }

    @Override
    public void answered(Arguments answer) {
        future.complete(answer);
    }

    @Override
    public void failed(AckException why) {
        future.completeExceptionally(why);
    }
}
