package dev.quiesce.realtime.engineio;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.lifecycle.WorkGuard;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/** The open sockets of a server, and what those still have to be told that have just ended. Safe for use by many threads. */
final class Sockets {
    /** How long a client that polls has for the request that it is about to send. */
    private static final Duration LAST_WORD = Duration.ofSeconds(1);

    private static final int ID_BYTES = 15;

    private final SecureRandom random = new SecureRandom();
    private final EngineIoConfig config;
    private final Scheduler scheduler;
    private final WorkGuard present = new WorkGuard();
    private final WorkGuard untold;
    private final ConcurrentMap<String, EngineSocket> open = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Integer> byAddress = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Queue<String>> lastWords = new ConcurrentHashMap<>();

    Sockets(EngineIoConfig config, Scheduler scheduler, WorkGuard untold) {
        this.config = config;
        this.untold = untold;
        this.scheduler = scheduler;
    }

    String newId() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Returns why there may not be another socket of an address, or null. Handshakes that race may go a little beyond. */
    @Nullable
    Refusal refusal(String address) {
        if (open.size() >= config.maxSockets()) {
            return Refusal.NOT_NOW;
        }
        boolean isFull = config.maxSocketsPerAddress() > 0
                && byAddress.getOrDefault(address, 0) >= config.maxSocketsPerAddress();
        return isFull ? Refusal.TOO_MANY_OF_ADDRESS : null;
    }

    void add(EngineSocket socket) {
        present.tryEnter();
        byAddress.merge(socket.handshake().remoteAddress(), 1, Integer::sum);
        open.put(socket.id(), socket);
    }

    void remove(EngineSocket socket) {
        if (open.remove(socket.id(), socket)) {
            byAddress.computeIfPresent(
                    socket.handshake().remoteAddress(), (address, count) -> count == 1 ? null : count - 1);
            present.exit();
        }
    }

    @Nullable
    EngineSocket find(String id) {
        return open.get(id);
    }

    /** Keeps what a client that polls is told when it asks for the last times, one answer for each. */
    void leaveWords(String id, List<String> words) {
        untold.tryEnter();
        lastWords.put(id, new ConcurrentLinkedQueue<>(words));
        scheduler.schedule(() -> forgetWords(id), LAST_WORD.toMillis(), TimeUnit.MILLISECONDS);
    }

    private @Nullable String takeWord(String id) {
        Queue<String> words = lastWords.get(id);
        if (words == null) {
            return null;
        }
        String word = words.poll();
        if (words.isEmpty()) {
            forgetWords(id);
        }
        return word;
    }

    private void forgetWords(String id) {
        if (lastWords.remove(id) != null) {
            untold.exit();
        }
    }

    /** Waits until no socket is open, and returns whether that is so. */
    boolean awaitNone(Deadline deadline) throws InterruptedException {
        return present.awaitIdle(deadline);
    }

    /** Answers the request for packets of a socket that has ended. */
    void answerLast(String id, Poll poll) {
        String word = takeWord(id);
        if (word == null) {
            poll.refuse(Refusal.UNKNOWN_SESSION);
        } else {
            poll.answer(word, () -> {});
        }
    }

    int size() {
        return open.size();
    }

    List<EngineSocket> polling() {
        return open.values().stream().filter(EngineSocket::isPolling).toList();
    }
}
