package dev.quiesce.realtime.engineio;

import java.util.List;

/** How the packets of a socket leave. Called in the turn of its socket only; no method blocks. */
interface Transport {

    /** Sends packets with nothing in between. */
    void send(List<Packet> packets);

    /** Whether what is sent now goes out at once. */
    boolean isReady();

    /** Sends what can be sent and ends. */
    void close(Ending ending);
}
