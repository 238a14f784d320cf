package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.quiesce.web.testing.RawClient;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A look at whether the peer is still there takes nothing from it. */
@Timeout(60)
class WatchedEndPointTest {

    @Test
    void everyRequestIsServed_howeverOftenItIsLookedAtWhetherItsClientIsThere() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        try (Served served = Served.onAFreePort();
                RawClient client = served.client()) {
            await().until(() -> served.http().connectionCount() == 1);
            WatchedEndPoint connection = endPoint(served);
            Thread looker = new Thread(() -> {
                while (!ended.get()) {
                    connection.hasPeerLeft();
                }
            });
            looker.start();
            for (int i = 0; i < 2000; i++) {
                assertThat(client.get("/" + i)).endsWith("answer to /" + i);
            }
            ended.set(true);
            looker.join();
        }
    }

    @Test
    void peerThatHasLeft_isSeen_behindBytesThatNobodyHasRead() throws Exception {
        try (Served served = Served.onAFreePort()) {
            RawClient client = served.beginSlow();
            WatchedEndPoint connection = endPoint(served);
            client.send("GET /next HTTP/1.1\r\nHost: test\r\n\r\n");
            assertThat(connection.hasPeerLeft()).isFalse();
            client.close();

            await().until(connection::hasPeerLeft);
        }
    }

    @Test
    void bytesThatNobodyHasRead_areSeen_andKeptForWhoeverReads() throws Exception {
        try (Served served = Served.onAFreePort();
                RawClient client = served.beginSlow()) {
            WatchedEndPoint connection = endPoint(served);
            assertThat(connection.hasUnread()).isFalse();
            client.send("GET /next HTTP/1.1\r\nHost: test\r\n\r\n");
            await().until(connection::hasUnread);
            served.endSlow();

            assertThat(client.answer()).endsWith("answer to /slow");
            assertThat(client.answer()).endsWith("answer to /next");
            assertThat(connection.hasUnread()).isFalse();
        }
    }

    private static WatchedEndPoint endPoint(Served served) {
        return (WatchedEndPoint)
                served.connector().getConnectedEndPoints().iterator().next();
    }
}
