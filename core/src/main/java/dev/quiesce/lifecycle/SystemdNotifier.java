package dev.quiesce.lifecycle;

import dev.quiesce.lifecycle.Report.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd when the service is ready, when it stops, how long that may take, and what it is doing; see sd_notify(3).
 *
 * <p>The JDK has no datagram sockets of the Unix domain, so systemd's own program {@code systemd-notify} sends the
 * messages. It is another process, so the unit has to say {@code NotifyAccess=all}.
 *
 * <p>Confined to the thread of the listener.
 */
final class SystemdNotifier implements LifecycleListener {
    static final String SOCKET = "NOTIFY_SOCKET";

    private static final Logger log = LoggerFactory.getLogger(ProcessHost.class);
    private static final long LONGEST_SECONDS = 5;

    private final Budgets budgets;
    private boolean works = true;
    private boolean faultSaid;
    private boolean stopping;

    SystemdNotifier(Budgets budgets) {
        this.budgets = budgets;
    }

    @Override
    public void entered(Stage stage) throws InterruptedException {
        if (stage == Stage.STARTING) {
            send("STATUS=Starting", extend(budgets.start()));
        } else if (stage == Stage.READY) {
            send("READY=1", "STATUS=Ready");
        } else if (stage.isTerminal()) {
            send("STOPPING=1", "STATUS=" + (stage == Stage.STOPPED ? "Stopped" : "Failed"));
        } else if (!stopping) {
            // What takes longer is told by waiting; a message for each stage would only fork processes.
            stopping = true;
            send("STOPPING=1", "STATUS=Stopping", extend(budgets.total()));
        }
    }

    @Override
    public void waiting(Stage stage, List<String> components, Duration left) throws InterruptedException {
        send("STATUS=" + stage + ": waiting for " + String.join(", ", components) + ", at most " + left.toSeconds()
                + " s more");
    }

    @Override
    public void ended(Step step) throws InterruptedException {
        if (!step.outcome().isClean()) {
            send("STATUS=" + step.toString().replace('\n', ' '));
        }
    }

    private static String extend(Duration time) {
        return "EXTEND_TIMEOUT_USEC=" + TimeUnit.NANOSECONDS.toMicros(time.toNanos());
    }

    private void send(String... assignments) throws InterruptedException {
        if (!works) {
            return;
        }
        List<String> command = new ArrayList<>(List.of("systemd-notify"));
        command.addAll(List.of(assignments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                sayOnce("systemd-notify did not end within " + LONGEST_SECONDS + " s");
            } else if (process.exitValue() != 0) {
                sayOnce("systemd-notify exited with " + process.exitValue());
            }
        } catch (IOException e) {
            works = false;
            sayOnce("systemd-notify cannot be run: " + e.getMessage());
        }
    }

    private void sayOnce(String why) {
        if (!faultSaid) {
            faultSaid = true;
            log.warn("systemd asked to be notified, but {}", why);
        }
    }
}
