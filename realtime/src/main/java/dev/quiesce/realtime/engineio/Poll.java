package dev.quiesce.realtime.engineio;

import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;

/** A request for packets that may have to wait for its answer. It is answered once, by one thread. */
record Poll(Response response, Callback callback) {

    /** Answers, and runs something if the answer could not be written: then what is in it is lost. */
    void answer(String body, Runnable lost) {
        Callback written = Callback.from(InvocationType.NON_BLOCKING, callback::succeeded, failure -> {
            callback.failed(failure);
            lost.run();
        });
        Answer.packets(response, written, body);
    }

    void refuse(Refusal why) {
        Answer.refuse(response, callback, why);
    }
}
