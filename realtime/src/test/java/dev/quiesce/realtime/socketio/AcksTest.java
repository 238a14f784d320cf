package dev.quiesce.realtime.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AcksTest {
    private static final Duration TIME = Duration.ofMillis(70);

    private final Acks acks = new Acks();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final OneAnswer answer = new OneAnswer(TIME, new CompletableFuture<>());

    private static Arguments arguments(Object... values) {
        return new Arguments(List.of(values));
    }

    private static String failure(OneAnswer answer) {
        return answer.future()
                .handle((got, failure) -> failure == null ? "got " + got : failure.getMessage())
                .join();
    }

    private long owe(Answers answers) {
        long id = acks.owe(answers);
        acks.timesOut(id, cancelled::incrementAndGet);
        return id;
    }

    @Test
    void anAnswer_isTakenOnce_andCancelsItsTimer() {
        long id = owe(answer);
        acks.answered(id, arguments("yes"));
        acks.answered(id, arguments("again"));
        acks.timedOut(id);

        assertThat(failure(answer)).isEqualTo("got [yes]");
        assertThat(cancelled).hasValue(1);
    }

    @Test
    void numbers_areNotUsedTwice_andUnknownOnesMeanNothing() {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            long id = owe(new OneAnswer(TIME, new CompletableFuture<>()));
            ids.add(id);
            acks.answered(id, arguments());
        }
        acks.answered(99, arguments());

        assertThat(ids).containsExactly(0L, 1L, 2L);
    }

    @Test
    void anAnswerThatDoesNotCome_isToldWithItsTime() {
        acks.timedOut(owe(answer));

        assertThat(failure(answer)).isEqualTo("the client has not answered within 70 ms");
    }

    @Test
    void aTimerThatFiresBeforeItCanBeCancelled_isNoLoss() {
        long id = acks.owe(answer);
        acks.timedOut(id);
        acks.timesOut(id, cancelled::incrementAndGet);

        assertThat(failure(answer)).isEqualTo("the client has not answered within 70 ms");
        assertThat(cancelled).hasValue(1);
    }

    @Test
    void theEnd_failsAllThatIsOwed_andNoneIsOwedAfterwards() {
        OneAnswer second = new OneAnswer(TIME, new CompletableFuture<>());
        owe(answer);
        owe(second);
        acks.end();

        assertThat(failure(answer)).isEqualTo("the client has gone before it has answered");
        assertThat(failure(second)).isEqualTo("the client has gone before it has answered");
        assertThat(cancelled).hasValue(2);
        assertThat(acks.owe(answer)).isEqualTo(Acks.ENDED);
    }

    @Test
    void theAnswersOfMany_areCompleteOnceAllHaveComeOrFailed_whateverTheOrder() {
        AllAnswers all = new AllAnswers(TIME);
        all.answered(arguments(1));
        all.failed(new AckException("gone"));
        assertThat(all.future()).isNotDone();
        all.expect(3);
        assertThat(all.future()).isNotDone();
        all.answered(arguments(2));

        Responses responses = all.future().join();
        assertThat(responses.missing()).isEqualTo(1);
        assertThat(responses.received()).extracting(each -> each.get(0)).containsExactly(1, 2);
    }

    @Test
    void theAnswersOfNobody_areComplete() {
        AllAnswers all = new AllAnswers(TIME);
        all.expect(0);

        assertThat(all.future().join()).isEqualTo(new Responses(List.of(), 0));
    }

    @Test
    void anEventToNobody_fails() {
        answer.expect(0);

        assertThat(failure(answer)).isEqualTo("the client has gone");
    }
}
