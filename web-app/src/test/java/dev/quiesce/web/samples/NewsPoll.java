package dev.quiesce.web.samples;

import dev.quiesce.web.http.LongRequests;
import dev.quiesce.web.http.LongRequests.Registration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** A long poll: each request waits for news without a thread, and gets none if the service stops meanwhile. Thread-safe. */
public final class NewsPoll extends Handler.Abstract.NonBlocking {
    private final LongRequests longRequests;
    private final Set<CompletableFuture<String>> readers = ConcurrentHashMap.newKeySet();

    public NewsPoll(LongRequests longRequests) {
        this.longRequests = longRequests;
    }

    /** Answers those who wait. */
    public void publish(String text) {
        readers.forEach(reader -> reader.complete(text));
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        CompletableFuture<String> news = new CompletableFuture<>();
        Registration poll = longRequests.register("GET /news", () -> news.complete("nothing new"));
        readers.add(news);
        Request.addCompletionListener(request, failure -> {
            readers.remove(news);
            poll.close();
        });
        news.thenAccept(text -> Content.Sink.write(response, true, text, callback));
        return true;
    }
}
