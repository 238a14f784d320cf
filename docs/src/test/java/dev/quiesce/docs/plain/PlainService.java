package dev.quiesce.docs.plain;

import dev.quiesce.lifecycle.ComponentGraph;
import dev.quiesce.lifecycle.Coordinator;
import dev.quiesce.lifecycle.Lifecycle;
import dev.quiesce.lifecycle.ProcessHost;

/** A letter box: letters that arrive by HTTP are written to a journal by a thread in the background. */
final class PlainService {
    private PlainService() {}

    public static void main(String[] args) {
        ProcessHost host = ProcessHost.trapSignals();
        Journal journal = new Journal();
        Outbox outbox = new Outbox(journal::append);
        Http http = new Http(outbox);
        ComponentGraph.Builder graph = ComponentGraph.builder()
                .add("journal", Lifecycle.closing(journal))
                .add("outbox", outbox, "journal")
                .add("requests", http.requests(), "outbox")
                .add("http", Lifecycle.of(http::open, deadline -> http.close()), "requests");
        host.runAndExit(() -> Coordinator.of(graph.build()));
    }
}
