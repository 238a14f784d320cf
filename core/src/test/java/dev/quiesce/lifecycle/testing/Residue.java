package dev.quiesce.lifecycle.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The threads and file handles of this process at one moment, to be compared with those of a later one. */
final class Residue {
    /** The name of threads that belong to the test itself. */
    static final String HARNESS = "contract-test";

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final Path HANDLES = Path.of("/proc/self/fd");

    /** Threads of the JDK that come and go by themselves. */
    private static final List<String> OF_THE_JDK = List.of(
            HARNESS,
            "process reaper",
            "ForkJoinPool.commonPool",
            "CompletableFutureDelayScheduler",
            "Common-Cleaner",
            "Cleaner-",
            "Attach Listener",
            "VirtualThread-unparker",
            "HttpClient-",
            "junit-");

    private final Predicate<Thread> shared;
    private final Set<Thread> threads;
    private final Map<String, Integer> handles;

    private Residue(Predicate<Thread> shared, Set<Thread> threads, Map<String, Integer> handles) {
        this.shared = shared;
        this.threads = threads;
        this.handles = handles;
    }

    static Residue now(Predicate<Thread> shared) {
        return new Residue(shared, Set.copyOf(Thread.getAllStackTraces().keySet()), handles());
    }

    /** Fails if there are more threads or handles than then, and they do not go in a few seconds. */
    void assertNothingMore() {
        long end = System.nanoTime() + PATIENCE_NANOS;
        List<String> more = more();
        while (!more.isEmpty() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(POLL_NANOS);
            more = more();
        }
        assertThat(more).as("threads and handles that are left behind").isEmpty();
    }

    private List<String> more() {
        List<String> more = new ArrayList<>();
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            boolean known = threads.contains(thread)
                    || OF_THE_JDK.stream().anyMatch(prefix -> thread.getName().startsWith(prefix));
            if (!known && thread.isAlive() && !shared.test(thread)) {
                more.add("thread " + thread.getName() + (stack.length == 0 ? "" : " at " + stack[0]));
            }
        });
        handles().forEach((handle, count) -> {
            if (count > handles.getOrDefault(handle, 0)) {
                more.add("handle of " + handle);
            }
        });
        return more;
    }

    /** Returns what handles are open on, and how many on each, without the files that the JVM itself opens at any time. */
    private static Map<String, Integer> handles() {
        if (!Files.isDirectory(HANDLES)) {
            return Map.of();
        }
        Map<String, Integer> targets = new HashMap<>();
        try (Stream<Path> links = Files.list(HANDLES)) {
            links.map(Residue::target)
                    .flatMap(Optional::stream)
                    .filter(target -> !target.endsWith(".jar") && !target.endsWith(".so"))
                    .filter(target -> !target.startsWith("/proc/") && !target.startsWith("/dev/"))
                    .forEach(target -> targets.merge(target, 1, Integer::sum));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return targets;
    }

    /** Handles come and go while they are listed. */
    private static Optional<String> target(Path link) {
        try {
            return Optional.of(Files.readSymbolicLink(link).toString());
        } catch (IOException gone) {
            return Optional.empty();
        }
    }
}
