package dev.quiesce.benchmarks.drill;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Asks a Java process about itself. */
record Jcmd(long pid) {

    /** Returns what lives in the heap, after a collection. */
    long liveBytes() throws IOException {
        List<String> histogram = ask("GC.class_histogram");
        String[] total = histogram.get(histogram.size() - 1).strip().split("\\s+");
        return Long.parseLong(total[2]);
    }

    /** Returns how many threads of Java there are. */
    int threads() throws IOException {
        return (int) ask("Thread.print").stream()
                .filter(line -> line.startsWith("\"") && line.contains(" #"))
                .count();
    }

    private List<String> ask(String command) throws IOException {
        String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process process = new ProcessBuilder(program, Long.toString(pid), command)
                .redirectErrorStream(true)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
    }
}
