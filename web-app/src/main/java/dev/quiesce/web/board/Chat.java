package dev.quiesce.web.board;

import dev.quiesce.realtime.socketio.Event;
import dev.quiesce.realtime.socketio.IoSocket;
import dev.quiesce.realtime.socketio.Namespace;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line of chat for each offer. Clients open it, say something and close it, and each of these is acknowledged with
 * {@code {"ok":true,...}} or {@code {"ok":false,"error":"...","retry":false}}. What is acknowledged has been kept, and nobody who has
 * the line open misses it. A client that gets no answer, or is to retry, says the same again under the same key: it is kept once.
 * Thread-safe.
 */
final class Chat {
    private static final Logger log = LoggerFactory.getLogger(Chat.class);
    private static final int LONGEST = 500;
    private static final int MOST_OPEN = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final String ROOM = "offer:";

    private final ChatStore messages;
    private final SocketUsers users;

    private record Opened(boolean ok, List<ChatMessage> messages) {}

    private record Closed(boolean ok) {}

    private record Said(boolean ok, ChatMessage message) {}

    private record Refused(boolean ok, String error, boolean retry) {}

    /** Answers an event. */
    @FunctionalInterface
    private interface Answering {
        Object answer(IoSocket socket, Json arguments)
                throws Problem, SQLException, InterruptedException, ExecutionException, TimeoutException;
    }

    @Inject
    Chat(ChatStore messages, SocketUsers users) {
        this.messages = messages;
        this.users = users;
    }

    void listen(Namespace namespace) {
        namespace
                .on("open", event -> answer(event, this::open))
                .on("close", event -> answer(event, Chat::close))
                .on("say", event -> answer(event, this::say));
    }

    private static void answer(Event event, Answering answering) throws InterruptedException {
        try {
            event.ack(answering.answer(event.socket(), Json.of(event.arguments().object(0))));
        } catch (Problem problem) {
            event.ack(new Refused(false, problem.body().detail(), false));
        } catch (IllegalArgumentException e) {
            event.ack(new Refused(false, "Send one object.", false));
        } catch (SQLException | ExecutionException | TimeoutException | RuntimeException e) {
            log.warn("\"{}\" could not be answered, and is to be tried again: {}", event.name(), e.toString());
            event.ack(new Refused(false, "The server is busy. Try again.", true));
        }
    }

    private Object open(IoSocket socket, Json arguments)
            throws Problem, SQLException, InterruptedException, ExecutionException, TimeoutException {
        long offer = offer(arguments);
        if (socket.rooms().size() >= MOST_OPEN && !socket.rooms().contains(ROOM + offer)) {
            throw Problem.badRequest("Close the chat of another offer first: " + MOST_OPEN + " are open.");
        }
        // Only when the socket is in the room: what is said later comes as an event, what was said before is read then.
        await(socket.join(ROOM + offer));
        List<ChatMessage> said = messages.about(offer).orElse(null);
        if (said == null) {
            socket.leave(ROOM + offer);
            throw Problem.notFound();
        }
        return new Opened(true, said);
    }

    private static Object close(IoSocket socket, Json arguments) throws Problem {
        socket.leave(ROOM + offer(arguments));
        return new Closed(true);
    }

    private Object say(IoSocket socket, Json arguments)
            throws Problem, SQLException, InterruptedException, ExecutionException, TimeoutException {
        // Asked anew, as who has signed out since the handshake says nothing more.
        String author = users.of(socket.handshake()).orElseThrow(Problem::notSignedIn);
        long offer = offer(arguments);
        ChatMessage message = messages.say(offer, author, arguments.text("text", LONGEST), arguments.key("key"))
                .orElseThrow(Problem::notFound);
        // Also what had been kept before: whoever kept it may have died before it told the others.
        await(socket.namespace().to(ROOM + offer).publish("said", message));
        return new Said(true, message);
    }

    private static long offer(Json arguments) throws Problem {
        return arguments.number("offer", 1, Long.MAX_VALUE);
    }

    private static void await(CompletionStage<?> stage)
            throws InterruptedException, ExecutionException, TimeoutException {
        stage.toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
