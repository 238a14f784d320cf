package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.lifecycle.testing.ManualClock;
import dev.quiesce.web.http.WaitingRoom.Guest;
import dev.quiesce.web.http.WaitingRoom.Welcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Whose turn it is, and who is sent away, on a manual clock. */
class WaitingRoomTest {
    private final ManualClock clock = new ManualClock();

    private record Caller(String name, long arrival, long deadline) implements Guest {}

    @Test
    void guests_enterUpToTheLimit_thenWait_thenFindNoPlace() {
        WaitingRoom<Caller> room = room(2, 2);

        assertThat(room.welcome(caller("a"))).isEqualTo(Welcome.ENTER);
        assertThat(room.welcome(caller("b"))).isEqualTo(Welcome.ENTER);
        assertThat(room.welcome(caller("c"))).isEqualTo(Welcome.WAIT);
        assertThat(room.welcome(caller("d"))).isEqualTo(Welcome.WAIT);
        assertThat(room.welcome(caller("e"))).isEqualTo(Welcome.FULL);
        assertThat(room.next()).isNull();
        assertThat(room.inside()).isEqualTo(2);
        assertThat(room.waiting()).extracting(Caller::name).containsExactly("c", "d");
    }

    @Test
    void nobodyIsAskedFor_untilHalfOfThePlacesAreTaken_orSomebodyWaits() {
        WaitingRoom<Caller> room = room(4, 10);
        assertThat(room.enterUncrowded()).isTrue();
        assertThat(room.enterUncrowded()).isTrue();
        assertThat(room.enterUncrowded()).as("half of the places are taken").isFalse();
        room.leave(0);
        assertThat(room.enterUncrowded()).isTrue();
        for (String name : new String[] {"c", "d", "waits"}) {
            room.welcome(caller(name));
        }
        for (int i = 0; i < 4; i++) {
            room.leave(0);
        }

        assertThat(room.inside()).isZero();
        assertThat(room.enterUncrowded()).as("somebody waits").isFalse();
    }

    @Test
    void whoHasComeFirst_goesFirst_asLongAsTheQueueMoves() {
        WaitingRoom<Caller> room = queueOf("a", "b", "c");
        clock.advance(Duration.ofMillis(100));
        room.leave(0);

        assertThat(room.next()).extracting(Caller::name).isEqualTo("a");
        assertThat(room.next()).as("there is one place").isNull();
    }

    @Test
    void newestGoesFirst_onceTheQueueStands() {
        WaitingRoom<Caller> room = queueOf("a", "b", "c");
        clock.advance(Duration.ofMillis(101));
        room.leave(0);

        assertThat(room.next()).extracting(Caller::name).isEqualTo("c");
    }

    @Test
    void whoCannotBeServedInTime_isSentAway_beforeItsTimeIsOver() {
        WaitingRoom<Caller> room = room(1, 10);
        assertThat(room.welcome(caller("inside"))).isEqualTo(Welcome.ENTER);
        for (int i = 0; i < 100; i++) {
            room.leave(Duration.ofMillis(400).toNanos());
            assertThat(room.welcome(caller("again"))).isEqualTo(Welcome.ENTER);
        }
        assertThat(room.welcome(caller("waits"))).isEqualTo(Welcome.WAIT);
        assertThat(room.late()).isEmpty();
        clock.advance(Duration.ofMillis(590));
        assertThat(room.late()).as("a service takes some 400 ms of its second").isEmpty();
        clock.advance(Duration.ofMillis(20));

        assertThat(room.late()).extracting(Caller::name).containsExactly("waits");
        assertThat(room.waiting()).isEmpty();
    }

    @Test
    void whoHasTooLittleTime_doesNotEvenWait() {
        WaitingRoom<Caller> room = room(1, 10);
        long now = clock.nanoTime();
        assertThat(room.welcome(new Caller("over", now, now))).isEqualTo(Welcome.LATE);
        for (int i = 0; i < 100; i++) {
            assertThat(room.welcome(caller("inside"))).isEqualTo(Welcome.ENTER);
            room.leave(Duration.ofMillis(400).toNanos());
        }
        assertThat(room.welcome(caller("inside"))).isEqualTo(Welcome.ENTER);

        assertThat(room.welcome(
                        new Caller("short", now, now + Duration.ofMillis(300).toNanos())))
                .isEqualTo(Welcome.LATE);
        assertThat(room.welcome(
                        new Caller("long", now, now + Duration.ofMillis(500).toNanos())))
                .isEqualTo(Welcome.WAIT);
    }

    @Test
    void freePlace_isGivenToWhoeverComes_howeverLongOthersTook() {
        WaitingRoom<Caller> room = room(1, 10);
        room.welcome(caller("slow"));
        room.leave(Duration.ofMinutes(5).toNanos());

        assertThat(room.welcome(caller("next")))
                .as("or nobody would ever find out that it is fast again")
                .isEqualTo(Welcome.ENTER);
    }

    @Test
    void ramp_opensFromAQuarterToAll() {
        WaitingRoom<Caller> room =
                new WaitingRoom<>(new AdmissionConfig(8, 10, Duration.ofSeconds(1), Duration.ofSeconds(12)), clock);
        clock.advance(Duration.ofHours(1));
        assertThat(room.currentLimit()).as("begins with the first guest").isEqualTo(2);
        room.welcome(caller("first"));
        assertThat(room.currentLimit()).isEqualTo(2);
        clock.advance(Duration.ofSeconds(6));
        assertThat(room.currentLimit()).isEqualTo(5);
        clock.advance(Duration.ofSeconds(6));
        assertThat(room.currentLimit()).isEqualTo(8);
    }

    @Test
    void visitThatOutlastsEverybodysPatience_keepsNobodyFromWaiting() {
        WaitingRoom<Caller> room = room(1, 10);
        room.welcome(caller("slow client"));
        clock.advance(Duration.ofMinutes(1));
        room.leave(Duration.ofMinutes(1).toNanos());
        room.welcome(caller("inside"));

        assertThat(room.welcome(caller("next"))).isEqualTo(Welcome.WAIT);
    }

    @Test
    void guestThatIsRemoved_isNobodysTurn() {
        WaitingRoom<Caller> room = queueOf("a", "b");
        Caller first = room.waiting().get(0);
        assertThat(room.remove(first)).isTrue();
        assertThat(room.remove(first)).isFalse();
        room.leave(0);

        assertThat(room.next()).extracting(Caller::name).isEqualTo("b");
    }

    @Test
    void configuration_isCheckedWhole() {
        assertThatThrownBy(() -> new AdmissionConfig(0, -1, Duration.ZERO, Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "admission: concurrency is 0, it must be 1 to 100000; waiting is -1, it must be 0 to 100000;"
                                + " patience is 0 ms, it must be positive; ramp is -1000 ms, it must not be negative");
    }

    /** Returns a room with one inside and the given ones waiting. */
    private WaitingRoom<Caller> queueOf(String... names) {
        WaitingRoom<Caller> room = room(1, 10);
        room.welcome(caller("inside"));
        for (String name : names) {
            assertThat(room.welcome(caller(name))).isEqualTo(Welcome.WAIT);
        }
        return room;
    }

    private WaitingRoom<Caller> room(int concurrency, int waiting) {
        return new WaitingRoom<>(
                new AdmissionConfig(concurrency, waiting, Duration.ofSeconds(1), Duration.ZERO), clock);
    }

    private Caller caller(String name) {
        long now = clock.nanoTime();
        return new Caller(name, now, now + Duration.ofSeconds(1).toNanos());
    }
}
