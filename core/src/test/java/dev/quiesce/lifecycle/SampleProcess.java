package dev.quiesce.lifecycle;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The process that {@link ProcessHostTest} starts: a chain of two components, with the faults that its arguments name. */
final class SampleProcess {
    private SampleProcess() {}

    public static void main(String[] args) {
        ProcessHost host = ProcessHost.trapSignals();
        List<String> faults = List.of(args);
        if (faults.contains("hanging-hook")) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                while (true) {
                    Thread.onSpinWait();
                }
            }));
        }
        ComponentGraph graph = ComponentGraph.builder()
                .add("pool", new Sample("pool", List.of()))
                .add("http", new Sample("http", faults), "pool")
                .build();
        if (faults.contains("foreign-exit")) {
            Thread exit = new Thread(() -> System.exit(3));
            exit.setDaemon(true);
            new Thread(() -> {
                        try {
                            Sample.HTTP_STARTED.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        exit.start();
                    })
                    .start();
        }
        host.runAndExit(() -> {
            if (faults.contains("slow-wiring")) {
                System.out.println("wiring");
                new CountDownLatch(1).await();
            }
            if (faults.contains("bad-wiring")) {
                throw new IllegalStateException("no such binding");
            }
            return Coordinator.of(graph, Budgets.ofTotal(Duration.ofSeconds(faults.contains("hanging-hook") ? 1 : 8)));
        });
    }

    private record Sample(String name, List<String> faults) implements Lifecycle {
        static final CountDownLatch HTTP_STARTED = new CountDownLatch(1);

        @Override
        public void start() throws Exception {
            System.out.println("start " + name);
            if (faults.contains("slow-start")) {
                new CountDownLatch(1).await();
            }
            while (faults.contains("deaf-start")) {
                Thread.onSpinWait();
            }
            if (faults.contains("bad-start")) {
                throw new IOException("port 8080 is taken");
            }
            if (name.equals("http")) {
                HTTP_STARTED.countDown();
            }
        }

        @Override
        public void drain(Deadline deadline) throws Exception {
            System.out.println("drain " + name);
            if (faults.contains("slow-drain")) {
                new CountDownLatch(1).await();
            }
        }

        @Override
        public void stop(Deadline deadline) throws Exception {
            System.out.println("stop " + name);
            if (faults.contains("bad-stop")) {
                throw new IOException("cannot close");
            }
            while (faults.contains("deaf-stop")) {
                Thread.onSpinWait();
            }
        }
    }
}
