package dev.quiesce.realtime.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecentEventsTest {
    private static final long MOST = 1_000_000;

    private final RecentEvents events = events(new Retention(Duration.ofMillis(1000), 100), MOST);

    private static RecentEvents events(Retention retention, long mostMissed) {
        return new RecentEvents(retention, 40, "e1", mostMissed);
    }

    private static Session session(long since) {
        return new Session("pid", "sid", "/", null, since, Map.of(), 0);
    }

    private static RecentEvents.Event event(long id, long millis, String namespace, Audience audience) {
        return new RecentEvents.Event(id, "e1", millis, namespace, audience, "[\"n" + id + "\"]");
    }

    private static RecentEvents.Event event(long id) {
        return event(id, 0, "/", Audience.ALL);
    }

    private static List<Long> ids(List<RecentEvents.Event> events) {
        return events.stream().map(RecentEvents.Event::id).toList();
    }

    private OptionalLong position(Session session, @Nullable String offset) {
        return events.position(session, offset);
    }

    @Test
    void anOffset_namesThePositionAndTheEpoch() {
        assertThat(events.offset()).isEqualTo("14.e1");
        events.add(event(41));
        assertThat(events.offset()).isEqualTo("15.e1");
        assertThat(RecentEvents.offset(1295, "x")).isEqualTo("zz.x");
    }

    @Test
    void aSession_hasMissedWhatCameAfterItsOffset() {
        for (long id = 41; id <= 45; id++) {
            events.add(event(id));
        }
        Session session = session(40);

        assertThat(position(session, RecentEvents.offset(43, "e1"))).hasValue(43);
        assertThat(ids(events.missed(session, 43))).containsExactly(44L, 45L);
        assertThat(ids(events.missed(session, 45))).isEmpty();
        assertThat(ids(events.missed(session, 40))).containsExactly(41L, 42L, 43L, 44L, 45L);
    }

    @Test
    void aSessionWithoutAnOffset_hasMissedAllSinceItBegan() {
        events.add(event(41));
        events.add(event(42));

        assertThat(position(session(41), null)).hasValue(41);
        assertThat(position(session(40), null)).hasValue(40);
    }

    @Test
    void anOffsetFromBeforeTheSession_countsFromItsBegin() {
        events.add(event(41));
        events.add(event(42));

        assertThat(position(session(42), RecentEvents.offset(41, "e1"))).hasValue(42);
        assertThat(position(session(42), RecentEvents.offset(7, "e0"))).hasValue(42);
    }

    @Test
    void anOffsetThatIsNotOfThisLog_isUnknown() {
        events.add(event(41));
        for (String offset : List.of(
                RecentEvents.offset(41, "e2"),
                RecentEvents.offset(42, "e1"),
                "",
                ".",
                "15",
                "15.",
                "e1.15",
                "\u00e9.e1",
                "zzzzzzzzzzzzzzzzzzzz.e1",
                "1y2p0ij32e8e7.e1")) {
            assertThat(position(session(40), offset)).as(offset).isEmpty();
        }
    }

    @Test
    void theOffsetOfALogWithoutEvents_isKnown() {
        assertThat(position(session(30), RecentEvents.offset(40, "e1"))).hasValue(40);
        assertThat(position(session(40), null)).hasValue(40);
    }

    @Test
    void beyondTheirNumber_theOldestEventsAreForgotten_andWhoeverMissedThemIsNotRecovered() {
        RecentEvents few = events(new Retention(Duration.ofHours(1), 3), MOST);
        for (long id = 41; id <= 45; id++) {
            few.add(event(id));
        }
        assertThat(few.position(session(40), RecentEvents.offset(41, "e1"))).isEmpty();
        assertThat(few.position(session(40), null)).isEmpty();
        assertThat(few.position(session(40), RecentEvents.offset(42, "e1"))).hasValue(42);
        assertThat(ids(few.missed(session(40), 42))).containsExactly(43L, 44L, 45L);
    }

    @Test
    void beyondTheirTime_theOldestEventsAreForgotten() {
        events.add(event(41, 0, "/", Audience.ALL));
        events.add(event(42, 500, "/", Audience.ALL));
        events.add(event(43, 1000, "/", Audience.ALL));
        assertThat(position(session(40), null)).hasValue(40);
        events.add(event(44, 1001, "/", Audience.ALL));

        assertThat(position(session(40), null)).isEmpty();
        assertThat(position(session(40), RecentEvents.offset(41, "e1"))).hasValue(41);
        assertThat(ids(events.missed(session(40), 41))).containsExactly(42L, 43L, 44L);
        events.add(event(45, 9000, "/", Audience.ALL));
        assertThat(ids(events.missed(session(40), 44))).containsExactly(45L);
        assertThat(events.offset()).isEqualTo(RecentEvents.offset(45, "e1"));
    }

    @Test
    void eventsForOthers_areNotMissed() {
        Session session = session(40);
        session.rooms.add("red");
        events.add(event(41, 0, "/other", Audience.ALL));
        events.add(event(42, 0, "/", new Audience(Set.of("blue"), Set.of())));
        events.add(event(43, 0, "/", new Audience(Set.of("red", "blue"), Set.of())));
        events.add(event(44, 0, "/", new Audience(Set.of(), Set.of("red"))));
        events.add(event(45, 0, "/", new Audience(Set.of("sid"), Set.of())));
        events.add(event(46, 0, "/", new Audience(Set.of("red"), Set.of("sid"))));

        assertThat(ids(events.missed(session, 40))).containsExactly(43L, 45L);
    }

    @Test
    void moreThanMayBeSentAtOnce_isTooMuch_inBytes_withWhatEachEventCosts() {
        RecentEvents bounded = events(Retention.defaults(), 1000);
        for (long id = 41; id <= 47; id++) {
            bounded.add(event(id));
        }
        assertThat(bounded.position(session(40), null)).hasValue(40);
        bounded.add(event(48));
        assertThat(bounded.position(session(40), null)).isEmpty();

        RecentEvents wide = events(Retention.defaults(), 1000);
        wide.add(new RecentEvents.Event(41, "e1", 0, "/", Audience.ALL, "[\"" + "\u20ac".repeat(300) + "\"]"));
        assertThat(wide.position(session(40), null)).isEmpty();
    }

    @Test
    void anAudience_isRoomsWithoutOthers_andAnIdIsARoom() {
        Audience some = new Audience(Set.of("a", "b"), Set.of("c", "x"));

        assertThat(Audience.ALL.includes("s", Set.of())).isTrue();
        assertThat(some.includes("s", Set.of("a"))).isTrue();
        assertThat(some.includes("s", Set.of("a", "b"))).isTrue();
        assertThat(some.includes("b", Set.of())).isTrue();
        assertThat(some.includes("s", Set.of("a", "c"))).isFalse();
        assertThat(some.includes("x", Set.of("a"))).isFalse();
        assertThat(some.includes("s", Set.of("d"))).isFalse();
        assertThat(new Audience(Set.of(), Set.of("c")).includes("s", Set.of("c")))
                .isFalse();
        assertThat(new Audience(Set.of(), Set.of("c")).includes("s", Set.of("d")))
                .isTrue();
    }

    @Test
    void aRetention_isPositive() {
        assertThatThrownBy(() -> new Retention(Duration.ZERO, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT0S and 1")
                .hasMessageContaining("EventLog.none()");
        assertThatThrownBy(() -> new Retention(Duration.ofNanos(1), 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Retention(Duration.ofSeconds(1), 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
