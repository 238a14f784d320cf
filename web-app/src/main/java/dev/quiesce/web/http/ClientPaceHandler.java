package dev.quiesce.web.http;

import dev.quiesce.lifecycle.TimeSource;
import dev.quiesce.web.http.ClientPace.Slowest;
import java.util.function.Predicate;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Cuts a request whose client is more than 5 s behind 1 KiB/s, with the body or with what is streamed to it: somebody who sends a byte
 * now and then would else hold the exit for as long as the service may take. For what is served beside {@link Admission}, which does
 * the same. A connection that has been upgraded is not watched any more.
 *
 * <p>Thread-safe.
 */
public final class ClientPaceHandler extends Handler.Wrapper {
    private final Predicate<Request> watched;
    private final SlowClients slowClients;

    /**
     * Watches clients of a handler.
     *
     * @param watched which requests; the others cost nothing
     * @param served what serves them
     */
    public ClientPaceHandler(Predicate<Request> watched, Handler served) {
        this(watched, Slowest.ALLOWED, served);
    }

    ClientPaceHandler(Predicate<Request> watched, Slowest slowest, Handler served) {
        super(served);
        this.watched = watched;
        this.slowClients = new SlowClients(
                slowest,
                TimeSource.system(),
                () -> getServer().getScheduler(),
                request -> SlowClients.cut(request, this));
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!watched.test(request)) {
            return super.handle(request, response, callback);
        }
        return slowClients.serve(getHandler(), request, response, callback);
    }
}
