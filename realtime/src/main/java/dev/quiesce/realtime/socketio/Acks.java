package dev.quiesce.realtime.socketio;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answers that a socket owes. Safe for use by many threads: one lock, under which nothing foreign is called. */
final class Acks {
    static final long ENDED = -1;

    private final Map<Long, Owed> owed = new HashMap<>();
    private long last = -1;
    private boolean ended;

    private record Owed(Answers answers, Runnable cancelTimeout) {}

    /** Notes that an answer is owed, and returns its number, or {@link #ENDED} if none can come any more. */
    synchronized long owe(Answers answers) {
        if (ended) {
            return ENDED;
        }
        owed.put(++last, new Owed(answers, () -> {}));
        return last;
    }

    /** Takes what cancels the timer of an answer, which may have fired or be needless already. */
    void timesOut(long id, Runnable cancelTimeout) {
        boolean isOwed;
        synchronized (this) {
            isOwed = owed.computeIfPresent(id, (same, before) -> new Owed(before.answers(), cancelTimeout)) != null;
        }
        if (!isOwed) {
            cancelTimeout.run();
        }
    }

    void answered(long id, Arguments answer) {
        Owed settled = settle(id);
        if (settled != null) {
            settled.cancelTimeout().run();
            settled.answers().answered(answer);
        }
    }

    void timedOut(long id) {
        Owed settled = settle(id);
        if (settled != null) {
            settled.answers()
                    .failed(new AckException("the client has not answered within "
                            + settled.answers().timeout().toMillis() + " ms"));
        }
    }

    /** Gives up on all answers. */
    void end() {
        List<Owed> left;
        synchronized (this) {
            ended = true;
            left = List.copyOf(owed.values());
            owed.clear();
        }
        for (Owed each : left) {
            each.cancelTimeout().run();
            each.answers().failed(new AckException("the client has gone before it has answered"));
        }
    }

    private synchronized @Nullable Owed settle(long id) {
        return owed.remove(id);
    }
}
