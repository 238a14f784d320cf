package dev.quiesce.lifecycle.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A real process under test: started, watched by its output, sent real signals, and ended when closed.
 *
 * <p>Thread-safe.
 */
public final class ServiceProcess implements AutoCloseable {
    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;
    private boolean outputEnded;

    private ServiceProcess(Process process) {
        this.process = process;
        this.reader = new Thread(this::read, "output of " + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts a command in a folder with variables added to the environment; its error output joins its output. */
    public static ServiceProcess start(Path folder, Map<String, String> environment, List<String> command)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new ServiceProcess(builder.start());
    }

    /** Starts a main class on the class path of this JVM, with this JVM's java. */
    public static ServiceProcess java(Class<?> main, List<String> jvmOptions, String... arguments) throws IOException {
        return start(Path.of("").toAbsolutePath(), Map.of(), javaCommand(main, jvmOptions, arguments));
    }

    /** Starts {@code java -jar} with this JVM's java, in the folder of the jar, with variables added to the environment. */
    public static ServiceProcess jar(Path jar, Map<String, String> environment, String... arguments)
            throws IOException {
        Path absolute = jar.toAbsolutePath();
        List<String> command = new ArrayList<>(List.of(javaCommand(), "-jar", absolute.toString()));
        command.addAll(List.of(arguments));
        return start(absolute.getParent(), environment, command);
    }

    /** Returns the command that starts a main class on the class path of this JVM, with this JVM's java. */
    public static List<String> javaCommand(Class<?> main, List<String> jvmOptions, String... arguments) {
        List<String> command = new ArrayList<>(List.of(javaCommand()));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Returns the path of the java command that runs this JVM. */
    public static String javaCommand() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Returns the process id. */
    public long pid() {
        return process.pid();
    }

    /** Sends a signal, for example {@code TERM}. */
    public void signal(String name) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException("kill -" + name + " " + process.pid() + " exited with " + code);
        }
    }

    /**
     * Waits for a line of output that contains the text, and returns the line.
     *
     * @throws TimeoutException if none has come in time, or the output has ended without it; the message has the output
     */
    public String awaitLine(String text, Duration atMost) throws InterruptedException, TimeoutException {
        return awaitLine(text, 1, atMost);
    }

    /**
     * Waits for the line of output that is the {@code nth} to contain the text, counted from 1, and returns the line.
     *
     * @throws TimeoutException if it has not come in time, or the output has ended without it; the message has the output
     */
    public synchronized String awaitLine(String text, int nth, Duration atMost)
            throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + atMost.toNanos();
        while (true) {
            Optional<String> found = lines.stream()
                    .filter(line -> line.contains(text))
                    .skip(nth - 1L)
                    .findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (outputEnded || left <= 0) {
                throw new TimeoutException(
                        "No line " + nth + " with '" + text + "' in " + atMost + ":\n" + String.join("\n", lines));
            }
            wait(left);
        }
    }

    /**
     * Waits for the end of the process and of its output, and returns its exit code; 128 + n if it died of signal n.
     *
     * @throws TimeoutException if it has not ended in time; the message has the output
     */
    public int awaitExit(Duration atMost) throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + atMost.toNanos();
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new TimeoutException("No exit in " + atMost + ":\n" + String.join("\n", lines()));
        }
        reader.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
        return process.exitValue();
    }

    /** Returns whether the process runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Returns the lines of output so far. */
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** Returns the last line of output so far, or nothing if there is none. */
    public synchronized String lastLine() {
        return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }

    /** Kills the process if it still runs. */
    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void read() {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            if (process.isAlive()) {
                throw new UncheckedIOException(e);
            }
        } finally {
            end();
        }
    }

    private synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    private synchronized void end() {
        outputEnded = true;
        notifyAll();
    }
}
