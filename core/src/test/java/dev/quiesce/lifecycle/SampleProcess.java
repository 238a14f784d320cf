package dev.quiesce.lifecycle;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The process that tests of {@link ProcessHost} start: a chain of two components, with the faults that its arguments name. */
final class SampleProcess {
    private SampleProcess() {}

    public static void main(String[] args) {
        ProcessHost host = ProcessHost.trapSignals();
        List<String> faults = List.of(args);
        if (faults.contains("hanging-hook")) {
            Runtime.getRuntime().addShutdownHook(new Thread(SampleProcess::spin));
        }
        if (faults.contains("foreign-thread")) {
            new Thread(SampleProcess::hang, "foreign").start();
        }
        if (faults.contains("main-throws")) {
            throw new IllegalStateException("main itself fails");
        }
        ComponentGraph graph = ComponentGraph.builder()
                .add("pool", new Sample("pool", List.of()))
                .add("http", new Sample("http", faults), "pool")
                .build();
        if (faults.contains("foreign-exit")) {
            new Thread(() -> {
                        await(Sample.HTTP_STARTED);
                        System.exit(3);
                    })
                    .start();
        }
        Duration total = Duration.ofSeconds(
                faults.contains("hanging-hook")
                        ? 5
                        : faults.contains("long-total") ? 40 : faults.contains("deaf-stop") ? 4 : 8);
        host.runAndExit(() -> {
            if (faults.contains("slow-wiring")) {
                System.out.println("wiring");
                hang();
            }
            if (faults.contains("no-memory-in-wiring")) {
                throw new OutOfMemoryError("as if there were none");
            }
            if (faults.contains("bad-wiring")) {
                throw new IllegalStateException("no such binding");
            }
            return Coordinator.of(graph, Budgets.ofTotal(total));
        });
    }

    private static void spin() {
        while (true) {
            Thread.onSpinWait();
        }
    }

    private static void hang() {
        await(new CountDownLatch(1));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Sample(String name, List<String> faults) implements Lifecycle {
        static final CountDownLatch HTTP_STARTED = new CountDownLatch(1);

        @Override
        public void start() throws Exception {
            System.out.println("start " + name);
            if (faults.contains("slow-start")) {
                new CountDownLatch(1).await();
            }
            if (faults.contains("deaf-start")) {
                spin();
            }
            if (faults.contains("exit-in-start")) {
                System.exit(3);
            }
            if (faults.contains("no-memory-in-start")) {
                throw new OutOfMemoryError("as if there were none");
            }
            if (faults.contains("port-taken")) {
                InetAddress loopback = InetAddress.getLoopbackAddress();
                ServerSocket first = new ServerSocket(0, 1, loopback);
                new ServerSocket(first.getLocalPort(), 1, loopback);
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
            if (faults.contains("exit-in-drain")) {
                System.exit(3);
            }
        }

        @Override
        public void stop(Deadline deadline) throws Exception {
            System.out.println("stop " + name);
            if (faults.contains("bad-stop")) {
                throw new IOException("cannot close");
            }
            if (faults.contains("no-memory-in-stop")) {
                throw new OutOfMemoryError("as if there were none");
            }
            if (faults.contains("deaf-stop")) {
                spin();
            }
        }
    }
}
