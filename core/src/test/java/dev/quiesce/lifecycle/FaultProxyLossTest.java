package dev.quiesce.lifecycle;

import static dev.quiesce.lifecycle.ProxyEnds.assertReset;
import static dev.quiesce.lifecycle.ProxyEnds.assertSilent;
import static dev.quiesce.lifecycle.ProxyEnds.receive;
import static dev.quiesce.lifecycle.ProxyEnds.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.quiesce.lifecycle.testing.Fault;
import dev.quiesce.lifecycle.testing.FaultProxy;
import java.net.ConnectException;
import java.net.Socket;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What does not pass: connections that are ended, refused or forgotten. On real sockets, with both ends in hand. */
@Timeout(60)
class FaultProxyLossTest {
    @AutoClose
    private final ProxyEnds ends = ProxyEnds.open();

    private final FaultProxy proxy = ends.proxy();

    @Test
    void serverThatDoesNotListen_resetsTheClient() throws Exception {
        ends.stopListening();

        ends.assertNewOneIsReset();
    }

    @Test
    void cut_endsBothSidesWithFin() throws Exception {
        ProxyEnds.Pair pair = ends.connect();
        proxy.setEstablished(Fault.CUT);

        assertThat(pair.client().getInputStream().read()).isEqualTo(-1);
        assertThat(pair.server().getInputStream().read()).isEqualTo(-1);
        pair.client().close();
        pair.server().close();
        await().until(() -> proxy.openConnections() == 0);
    }

    @Test
    void newConnectionThatIsCut_endsWithFin_andNeverReachesTheServer() throws Exception {
        proxy.setArrivals(Fault.CUT);

        assertThat(ends.client().getInputStream().read()).isEqualTo(-1);
        ends.assertNobodyComes();
    }

    @Test
    void reset_endsBothSidesWithRst() throws Exception {
        ProxyEnds.Pair pair = ends.connect();
        proxy.setEstablished(Fault.RESET);

        assertReset(pair.client());
        assertReset(pair.server());
        assertThat(proxy.openConnections()).isZero();
        proxy.setArrivals(Fault.RESET);
        ends.assertNewOneIsReset();
    }

    @Test
    void sideThatIsGone_isNotMissedByTheOther() throws Exception {
        ProxyEnds.Pair pair = ends.connect();
        proxy.setEstablished(Fault.CLIENT_GONE);
        assertReset(pair.client());
        send(pair.server(), "is anybody there");
        assertSilent(pair.server());
        ProxyEnds.Pair other = ends.connect();
        proxy.setEstablished(Fault.SERVER_GONE);
        assertReset(other.server());
        send(other.client(), "is anybody there");

        assertSilent(other.client());
    }

    @Test
    void blackHole_swallowsBytesEndsAndResets_forEver() throws Exception {
        ProxyEnds.Pair leaves = ends.connect();
        ProxyEnds.Pair resets = ends.connect();
        proxy.setEstablished(Fault.BLACK_HOLE);
        send(leaves.client(), "question");
        leaves.client().close();
        resets.client().setSoLinger(true, 0);
        resets.client().close();
        assertSilent(leaves.server());
        assertSilent(resets.server());
        proxy.setEstablished(Fault.NONE);

        assertSilent(leaves.server());
        assertSilent(resets.server());
        proxy.setEstablished(Fault.RESET);
        assertReset(leaves.server());
    }

    @Test
    void blackHole_ofNewConnections_takesThemAndNeverAnswers() throws Exception {
        proxy.setArrivals(Fault.BLACK_HOLE);
        Socket swallowed = ends.client();
        send(swallowed, "question");
        assertSilent(swallowed);
        ends.assertNobodyComes();
        proxy.setAll(Fault.NONE);

        assertSilent(swallowed);
        ProxyEnds.Pair pair = ends.connect();
        send(pair.client(), "flows");
        assertThat(receive(pair.server(), 5)).isEqualTo("flows");
    }

    @Test
    void refusal_leavesEstablishedOnesAlone_andEndsOnTheSamePort() throws Exception {
        ProxyEnds.Pair pair = ends.connect();
        for (int i = 0; i < 3; i++) {
            proxy.setArrivals(Fault.REFUSE);
            assertThatThrownBy(ends::client).isInstanceOf(ConnectException.class);
            send(pair.client(), "flows");
            assertThat(receive(pair.server(), 5)).isEqualTo("flows");
            proxy.setArrivals(Fault.NONE);
            ends.connect();
        }
    }
}
