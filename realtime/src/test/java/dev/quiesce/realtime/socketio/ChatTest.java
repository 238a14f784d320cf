package dev.quiesce.realtime.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.Deadline;
import dev.quiesce.realtime.samples.Chat;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The chat of the handbook. */
@Timeout(60)
class ChatTest {
    @RegisterExtension
    private static final LogDatabase database = new LogDatabase();

    @Test
    void theChatOfTheHandbook_works() throws Exception {
        Chat chat = new Chat(database.dataSource());
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(chat.server().mount());
        server.start();
        chat.server().start();
        try {
            RecoveringClient ann =
                    new RecoveringClient("/chat", Map.of("name", "ann")).connect(connector.getLocalPort());
            RecoveringClient bob =
                    new RecoveringClient("/chat", Map.of("name", "bob")).connect(connector.getLocalPort());
            assertThatThrownBy(() -> new RecoveringClient("/chat", Map.of()).connect(connector.getLocalPort()))
                    .hasRootCauseMessage("44/chat,{\"message\":\"say who you are\",\"data\":{\"field\":\"name\"}}");
            await().untilAsserted(() -> assertThat(bob.events).containsExactly("bob"));

            ann.emit("say", "hello");
            await().untilAsserted(() -> assertThat(bob.events).containsExactly("bob", "{by=ann, text=hello}"));
            assertThat(ann.events).containsExactly("ann");

            chat.announce("closing soon");
            await().untilAsserted(() -> assertThat(ann.events).containsExactly("ann", "closing soon"));

            CompletableFuture<Long> vote = CompletableFuture.supplyAsync(() -> {
                try {
                    return chat.vote("stay?");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            await().until(() -> ann.questions.size() == 1 && bob.questions.size() == 1);
            ann.send("43/chat," + ann.questions.get(0) + "[true]");
            bob.send("43/chat," + bob.questions.get(0) + "[false]");
            assertThat(vote.get(10, TimeUnit.SECONDS)).isEqualTo(1);
        } finally {
            chat.server().stop(Deadline.after(Duration.ofSeconds(5)));
            server.stop();
        }
    }
}
