package dev.quiesce.lifecycle;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A service drawn by chance from a seed: its graph and budgets, what each call of each component does, and when it is told
 * to stop. It runs in virtual time, and takes down each call.
 */
final class RandomService implements AutoCloseable {
    private static final int MOST_NODES = 60;
    private static final List<Stage> CALLS = List.of(Stage.STARTING, Stage.QUIESCING, Stage.DRAINING, Stage.STOPPING);

    /** How a call ends if nobody interrupts it. */
    enum End {
        RETURN,
        THROW,
        HANG,
        HANG_DEAF
    }

    /** How a call ends, and when; a hanging one never does. */
    record Behaviour(End end, Duration after) {
        boolean hangs() {
            return end == End.HANG || end == End.HANG_DEAF;
        }
    }

    /** A call that has begun, and when in virtual time. */
    record Call(String component, Stage stage, long began) {}

    final SimulatedTime time = new SimulatedTime();
    final SortedMap<String, SortedSet<String>> dependencies = new TreeMap<>();
    final Map<String, Map<Stage, Behaviour>> behaviours = new TreeMap<>();
    final Budgets budgets;
    final ComponentGraph graph;
    final Coordinator coordinator;
    private final List<Call> calls = new ArrayList<>();
    private final Random random;

    RandomService(long seed) {
        random = new Random(seed);
        int size = 1 + random.nextInt(MOST_NODES);
        int density = 2 + random.nextInt(12);
        int faults = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(20);
        int startFaults = random.nextInt(4) == 0 ? faults : 0;
        ComponentGraph.Builder builder = ComponentGraph.builder();
        for (int node = 0; node < size; node++) {
            SortedSet<String> needs = new TreeSet<>();
            for (int other = 0; other < node; other++) {
                if (random.nextInt(density) == 0) {
                    needs.add("n" + other);
                }
            }
            Map<Stage, Behaviour> byStage = new EnumMap<>(Stage.class);
            CALLS.forEach(stage -> byStage.put(stage, behaviour(stage == Stage.STARTING ? startFaults : faults)));
            dependencies.put("n" + node, needs);
            behaviours.put("n" + node, byStage);
            builder.add("n" + node, new Node("n" + node), needs.toArray(String[]::new));
        }
        if (size > 1 && random.nextBoolean()) {
            int first = random.nextInt(size);
            builder.preferStop(StopSequence.first("n" + first).then("n" + (first + 1) % size));
        }
        graph = builder.build();
        budgets = budgets();
        coordinator = new Coordinator(graph, budgets, time, time);
    }

    /** Takes the service through its life and returns the report, however its start went. */
    Report run() {
        if (random.nextInt(4) == 0) {
            later(random.nextInt(3000), () -> coordinator.requestStop("signal"));
        }
        if (random.nextInt(4) == 0) {
            later(random.nextInt(5000), coordinator::hurry);
        }
        try {
            coordinator.start();
        } catch (StartFailedException e) {
            return e.report();
        }
        return coordinator.stop("test");
    }

    Optional<Call> call(String component, Stage stage) {
        synchronized (calls) {
            List<Call> found = calls.stream()
                    .filter(call -> call.component().equals(component) && call.stage() == stage)
                    .toList();
            if (found.size() > 1) {
                throw new AssertionError("called more than once: " + found);
            }
            return found.stream().findFirst();
        }
    }

    @Override
    public void close() {
        time.close();
    }

    private void later(int millis, Runnable action) {
        time.execute(() -> {
            try {
                time.sleep(Duration.ofMillis(millis));
                action.run();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private Behaviour behaviour(int faultsPercent) {
        Duration after = Duration.ofMillis(random.nextInt(10) == 0 ? random.nextInt(3000) : random.nextInt(100));
        if (random.nextInt(100) >= faultsPercent) {
            return new Behaviour(End.RETURN, after);
        }
        return new Behaviour(End.values()[1 + random.nextInt(3)], after);
    }

    private Budgets budgets() {
        Budgets some = Budgets.ofTotal(Duration.ofMillis(1000 + random.nextInt(9000)))
                .withStart(Duration.ofMillis(2000 + random.nextInt(20_000)));
        Budgets lingering =
                random.nextBoolean() ? some : some.withLinger(some.total().dividedBy(8));
        if (random.nextBoolean()) {
            return lingering;
        }
        String component = "n" + random.nextInt(dependencies.size());
        return lingering
                .withStart(component, Duration.ofMillis(1500))
                .withDrain(component, lingering.drain().dividedBy(3))
                .withStop(component, lingering.stop().dividedBy(3));
    }

    private final class Node implements Lifecycle {
        private final String name;

        Node(String name) {
            this.name = name;
        }

        @Override
        public void start() throws Exception {
            behave(Stage.STARTING);
        }

        @Override
        public void quiesce() throws Exception {
            behave(Stage.QUIESCING);
        }

        @Override
        public void drain(Deadline deadline) throws Exception {
            behave(Stage.DRAINING);
        }

        @Override
        public void stop(Deadline deadline) throws Exception {
            behave(Stage.STOPPING);
        }

        @Override
        public OptionalLong inFlight() {
            return OptionalLong.of(name.length());
        }

        private void behave(Stage stage) throws Exception {
            synchronized (calls) {
                calls.add(new Call(name, stage, time.nanoTime()));
            }
            Behaviour behaviour = behaviours.get(name).get(stage);
            switch (behaviour.end()) {
                case RETURN -> time.sleep(behaviour.after());
                case THROW -> {
                    time.sleep(behaviour.after());
                    throw new IOException(name + " cannot");
                }
                case HANG, HANG_DEAF -> time.hang(behaviour.end() == End.HANG_DEAF);
            }
        }
    }
}
