package dev.quiesce.benchmarks;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What it takes to hand something over to another thread and back. A chain of steps cannot take less than one each. */
final class HandOvers {
    private HandOvers() {}

    /** Returns the milliseconds for so many ways there and back. */
    static double millis(int count) throws InterruptedException {
        BlockingQueue<Integer> there = new LinkedBlockingQueue<>();
        BlockingQueue<Integer> back = new LinkedBlockingQueue<>();
        Thread other = new Thread(() -> {
            try {
                for (int i = 0; i < count; i++) {
                    back.add(there.take());
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        other.start();
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            there.add(i);
            back.take();
        }
        long took = System.nanoTime() - begin;
        other.join();
        return took / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }
}
