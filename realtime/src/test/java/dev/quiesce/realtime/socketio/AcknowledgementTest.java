package dev.quiesce.realtime.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AcknowledgementTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(100);

    private Instance server;
    private Namespace main;

    @BeforeEach
    void serve() throws Exception {
        server = new Instance(
                SocketIoConfig.defaults(),
                EventLog.none(),
                namespace -> namespace
                        .on("echo", event -> event.ack(event.get(0), event.wantsAck()))
                        .on("twice", event -> {
                            event.ack("first");
                            event.ack("second");
                            event.socket().emit("done");
                        })
                        .on("binary", event -> event.ack(Map.of("deep", event.binary(0)))));
        main = server.main;
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    private IoClient joined() throws Exception {
        return IoClient.joined(server.port());
    }

    private IoSocket socket(IoClient client) {
        return main.to(client.id()).sockets().get(0);
    }

    private static void assertFails(CompletableFuture<Arguments> answer, String why) {
        ThrowingCallable get = () -> answer.get(15, TimeUnit.SECONDS);
        org.assertj.core.api.Assertions.assertThatThrownBy(get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(AckException.class)
                .hasMessage(why);
    }

    @Test
    void aClient_isAnswered_ifItWants() throws Exception {
        IoClient client = joined();
        client.send("2[\"echo\",\"not\"]");
        client.send("27[\"echo\",\"yes\"]");

        assertThat(client.next()).isEqualTo("37[\"yes\",true]");
    }

    @Test
    void aClient_isAnsweredOnce() throws Exception {
        IoClient client = joined();
        client.send("20[\"twice\"]");

        assertThat(client.next()).isEqualTo("30[\"first\"]");
        assertThat(client.next()).isEqualTo("2[\"done\"]");
    }

    @Test
    void answers_mayBeBinary_bothWays() throws Exception {
        IoClient client = joined();
        client.send("51-3[\"binary\",{\"_placeholder\":true,\"num\":0}]");
        client.send(new byte[] {5, 6});
        assertThat(client.next()).isEqualTo("61-3[{\"deep\":{\"_placeholder\":true,\"num\":0}}]");
        assertThat(client.next()).isEqualTo("0506");

        CompletableFuture<Arguments> answer = socket(client)
                .emitWithAck(LONG, "blob", (Object) new byte[] {1})
                .toCompletableFuture();
        assertThat(client.next()).isEqualTo("51-0[\"blob\",{\"_placeholder\":true,\"num\":0}]");
        assertThat(client.next()).isEqualTo("01");
        client.send("61-0[{\"_placeholder\":true,\"num\":0}]");
        client.send(new byte[] {9});
        assertThat(answer.get(10, TimeUnit.SECONDS).binary(0).get(0)).isEqualTo((byte) 9);
    }

    @Test
    void aClientAnswers_eachQuestionByItsNumber() throws Exception {
        IoClient client = joined();
        CompletableFuture<Arguments> first =
                socket(client).emitWithAck(LONG, "q", 1).toCompletableFuture();
        CompletableFuture<Arguments> second =
                socket(client).emitWithAck(LONG, "q", 2).toCompletableFuture();
        assertThat(client.next()).isEqualTo("20[\"q\",1]");
        assertThat(client.next()).isEqualTo("21[\"q\",2]");
        client.send("399[\"nobody asked\"]");
        client.send("31[\"two\"]");
        client.send("30[]");

        assertThat(second.get(10, TimeUnit.SECONDS)).hasToString("[two]");
        assertThat(first.get(10, TimeUnit.SECONDS).size()).isZero();
    }

    @Test
    void aClientThatDoesNotAnswerInTime_isNotWaitedFor_andItsAnswerMeansNothingThen() throws Exception {
        IoClient client = joined();
        CompletableFuture<Arguments> answer =
                socket(client).emitWithAck(SHORT, "q").toCompletableFuture();

        assertFails(answer, "the client has not answered within 100 ms");
        assertThat(client.next()).isEqualTo("20[\"q\"]");
        client.send("30[\"late\"]");
        client.send("25[\"echo\",1]");
        assertThat(client.next()).isEqualTo("35[1,true]");
    }

    @Test
    void aTimeThatIsOverAtOnce_isOver() throws Exception {
        IoClient client = joined();
        for (int i = 0; i < 50; i++) {
            assertFails(
                    socket(client).emitWithAck(Duration.ZERO, "q").toCompletableFuture(),
                    "the client has not answered within 0 ms");
        }
    }

    @Test
    void aClientThatGoes_answersNothing() throws Exception {
        IoClient client = joined();
        IoSocket socket = socket(client);
        CompletableFuture<Arguments> before = socket.emitWithAck(LONG, "q").toCompletableFuture();
        client.next();
        client.drop();
        assertFails(before, "the client has gone before it has answered");
        await().until(() -> main.size() == 0);

        assertFails(socket.emitWithAck(LONG, "q").toCompletableFuture(), "the client has gone");
    }

    @Test
    void theAnswersOfARoom_areCollected_andWhoeverDoesNotAnswerIsMissing() throws Exception {
        IoClient answers = joined();
        IoClient doesNot = joined();
        IoClient goes = joined();
        CompletableFuture<Responses> asked =
                main.all().emitWithAck(Duration.ofSeconds(1), "q", "all").toCompletableFuture();
        assertThat(answers.next()).isEqualTo("20[\"q\",\"all\"]");
        assertThat(doesNot.next()).isEqualTo("20[\"q\",\"all\"]");
        assertThat(goes.next()).isEqualTo("20[\"q\",\"all\"]");
        answers.send("30[\"mine\"]");
        goes.drop();

        Responses responses = asked.get(15, TimeUnit.SECONDS);
        assertThat(responses.missing()).isEqualTo(2);
        assertThat(responses.received())
                .singleElement(InstanceOfAssertFactories.type(Arguments.class))
                .hasToString("[mine]");
    }

    @Test
    void theAnswersOfNobody_areThereAtOnce() throws Exception {
        assertThat(main.to("nobody")
                        .emitWithAck(LONG, "q")
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS))
                .isEqualTo(new Responses(java.util.List.of(), 0));
    }

    @Test
    void publish_tellsThatAnEventWasSent() throws Exception {
        IoClient client = joined();
        main.all().publish("news", 1).toCompletableFuture().get(10, TimeUnit.SECONDS);

        assertThat(client.next()).isEqualTo("2[\"news\",1]");
    }
}
