package dev.quiesce.web.board;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.web.board.OfferStore.Take;
import dev.quiesce.web.testing.Databases;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.TemporalUnitWithinOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Databases.Provider.class)
class StoresTest {
    private final Databases databases;
    private final OfferStore offers;
    private final UserStore users;

    StoresTest(Databases databases) {
        this.databases = databases;
        this.offers = new OfferStore(databases.d4());
        this.users = new UserStore(databases.main());
    }

    @BeforeEach
    void emptyTables() throws SQLException {
        Databases.execute(databases.d4(), "delete from offers");
        Databases.execute(databases.main(), "delete from users");
    }

    @Test
    void postedOffers_areListedNewestFirst() throws SQLException {
        Offer helmet = offers.post("anna", "Helmet \uD83D\uDE00 'x'; --", 1);
        Offer sword = offers.post("bert", "Sword", 1_000_000_000);

        assertThat(offers.open()).containsExactly(sword, helmet);
        assertThat(helmet.item()).isEqualTo("Helmet \uD83D\uDE00 'x'; --");
        assertThat(helmet.seller()).isEqualTo("anna");
        assertThat(helmet.price()).isEqualTo(1);
        assertThat(Instant.parse(helmet.postedAt()))
                .isCloseTo(Instant.now(), new TemporalUnitWithinOffset(1, ChronoUnit.MINUTES));
    }

    @Test
    void list_isBounded() throws SQLException {
        Databases.execute(
                databases.d4(), "insert into offers (item, price, seller) select 'x', seq, 'anna' from seq_1_to_250");

        assertThat(offers.open()).hasSize(200).first().extracting(Offer::price).isEqualTo(250L);
    }

    @Test
    void takenOffer_isListedNoMore_andKnowsWhoTookIt() throws SQLException {
        long id = offers.post("anna", "Sword", 5).id();

        assertThat(offers.take(id, "bert")).isEqualTo(Take.TAKEN);

        assertThat(offers.open()).isEmpty();
        assertThat(Databases.number(
                        databases.d4(),
                        "select count(*) from offers where id = " + id
                                + " and taken_by = 'bert' and taken_at is not null"))
                .isEqualTo(1);
    }

    @Test
    void offerCannotBeTaken_twice_byItsSeller_orIfThereIsNone() throws SQLException {
        long id = offers.post("anna", "Sword", 5).id();

        assertThat(offers.take(id, "anna")).isEqualTo(Take.OWN);
        assertThat(offers.take(id, "bert")).isEqualTo(Take.TAKEN);
        assertThat(offers.take(id, "bert")).isEqualTo(Take.TAKEN_BEFORE);
        assertThat(offers.take(id, "cleo")).isEqualTo(Take.TAKEN_BEFORE);
        assertThat(offers.take(id + 1, "bert")).isEqualTo(Take.UNKNOWN);
    }

    @Test
    void fiftyThreadsTakeOneOffer_andExactlyOneSucceeds() throws Exception {
        long id = offers.post("anna", "Sword", 5).id();
        CyclicBarrier barrier = new CyclicBarrier(50);
        List<Callable<Take>> takers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            String taker = "taker " + i;
            takers.add(() -> {
                barrier.await(10, TimeUnit.SECONDS);
                return offers.take(id, taker);
            });
        }

        List<Take> outcomes = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(50);
        try {
            for (Future<Take> outcome : threads.invokeAll(takers)) {
                outcomes.add(outcome.get());
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(outcomes).hasSize(50).containsOnlyOnce(Take.TAKEN).containsOnly(Take.TAKEN, Take.TAKEN_BEFORE);
        String winner = "taker " + outcomes.indexOf(Take.TAKEN);
        assertThat(Databases.number(
                        databases.d4(),
                        "select count(*) from offers where id = " + id + " and taken_by = '" + winner + "'"))
                .isEqualTo(1);
    }

    @Test
    void userWhoSignsInAgain_isTheSameUser() throws SQLException {
        users.signIn("anna");
        users.signIn("anna");
        users.signIn("Anna");

        assertThat(Databases.number(databases.main(), "select count(*) from users"))
                .isEqualTo(2);
    }
}
