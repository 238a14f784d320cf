package dev.quiesce.realtime.engineio;

import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** A request for packets that may have to wait for its answer. It is answered once, by one thread. */
record Poll(Response response, Callback callback) {

    void answer(String body) {
        Answer.packets(response, callback, body);
    }

    void refuse() {
        Answer.refuse(response, callback, Refusal.BAD_REQUEST);
    }
}
