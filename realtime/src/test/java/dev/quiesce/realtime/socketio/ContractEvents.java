package dev.quiesce.realtime.socketio;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The events that {@code src/test/node/CONTRACT.md} names. Safe for use by many threads. */
final class ContractEvents {
    private static final Logger LOG = LoggerFactory.getLogger(ContractEvents.class);
    private static final long REASON_SECONDS = 5;

    private final ConcurrentMap<String, CompletableFuture<String>> reasons = new ConcurrentHashMap<>();

    void serve(IoSocket socket) {
        List<String> seen = new CopyOnWriteArrayList<>();
        socket.onAny(event -> seen.add(event.name()));
        socket.emit("auth", socket.auth());
        on(socket, "message", event -> socket.emit("message-back", from(event, 0)));
        on(socket, "message-with-ack", event -> event.ack(from(event, 0)));
        on(socket, "join", event -> socket.join(event.text(0)).thenRun(event::ack));
        on(socket, "leave", event -> socket.leave(event.text(0)).thenRun(event::ack));
        on(socket, "rooms", event -> event.ack(socket.rooms().stream().sorted().toList()));
        on(socket, "broadcast", ContractEvents::broadcast);
        on(socket, "ask-me", ContractEvents::ask);
        on(socket, "volatile-then-kept", event -> {
            socket.asVolatile().emit("dropped");
            socket.emit("kept");
        });
        on(socket, "seen", event -> event.ack(List.copyOf(seen)));
        on(socket, "disconnect-me", event -> {
            socket.disconnect(event.arguments().flag(0));
        });
        on(
                socket,
                "close-transport",
                event -> socket.closeConnection(event.arguments().number(0).intValue(), ""));
        socket.on(
                "reason-of",
                event -> reason(event.text(0))
                        .completeOnTimeout(null, REASON_SECONDS, TimeUnit.SECONDS)
                        .thenAccept(event::ack));
        if (socket.auth().get("name") instanceof String name) {
            socket.onDisconnect((left, reason) -> reason(name).complete(reason.toString()));
        }
    }

    /** Calls the listener for an event, and ignores what has not the arguments that it should have. */
    private static void on(IoSocket socket, String name, EventListener listener) {
        socket.on(name, event -> {
            try {
                listener.on(event);
            } catch (IllegalArgumentException e) {
                LOG.debug("{} is not as it should be", event, e);
            }
        });
    }

    private CompletableFuture<@Nullable String> reason(String name) {
        return reasons.computeIfAbsent(name, added -> new CompletableFuture<>());
    }

    private static void broadcast(Event event) {
        IoSocket socket = event.socket();
        Map<String, @Nullable Object> how = event.arguments().object(0);
        BroadcastOperator to =
                Boolean.TRUE.equals(how.get("self")) ? socket.namespace().all() : socket.broadcast();
        to = to.to(names(how.get("rooms"))).except(names(how.get("except")));
        if (Boolean.TRUE.equals(how.get("volatile"))) {
            to = to.asVolatile();
        }
        to.publish(event.text(1), from(event, 2)).thenRun(event::ack);
    }

    private static String[] names(@Nullable Object list) {
        return list instanceof List<?> names
                ? names.stream().map(String::valueOf).toArray(String[]::new)
                : new String[0];
    }

    private static void ask(Event event) {
        Duration timeout = Duration.ofMillis(event.arguments().number(0).longValue());
        event.socket().emitWithAck(timeout, "question", from(event, 1)).whenComplete((answers, failure) -> {
            if (answers == null) {
                event.ack("timeout");
                return;
            }
            List<@Nullable Object> all = new ArrayList<>(List.of("answer"));
            for (int i = 0; i < answers.size(); i++) {
                all.add(answers.get(i));
            }
            event.ack(all.toArray());
        });
    }

    private static @Nullable Object[] from(Event event, int first) {
        @Nullable Object[] rest = new Object[Math.max(0, event.arguments().size() - first)];
        for (int i = 0; i < rest.length; i++) {
            rest[i] = event.get(first + i);
        }
        return rest;
    }
}
