package dev.quiesce.realtime.engineio;

import dev.quiesce.lifecycle.WorkGuard;
import java.util.concurrent.Executor;
import org.eclipse.jetty.util.thread.Scheduler;

/** What all sockets of a server share. */
record Shared(
        EngineIoConfig config,
        EngineHandler handler,
        Sockets sockets,
        Scheduler scheduler,
        Executor executor,
        Work work,
        WorkGuard polling,
        Counters counters) {}
