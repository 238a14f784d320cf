package dev.quiesce.ops.deploy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.process.Program;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A service of systemd, and the socket that keeps its port. Safe for use by many threads. */
final class Unit {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LOG_LINES = 400;
    private static final int SIGNALS = 128;
    private static final Pattern EXITED = Pattern.compile("Main process exited, code=(\\w+), status=(\\d+)");

    private final UnitConfig config;

    Unit(UnitConfig config) {
        this.config = config;
    }

    /**
     * What systemd says of it.
     *
     * @param active such as {@code active}, {@code activating} or {@code failed}
     * @param invocation what tells a start from the ones before; empty if it has never run
     * @param mainProcess the identifier of the main process that runs, or that ran last; 0 if there was none
     */
    record State(String active, String invocation, long mainProcess) {
        boolean isUp() {
            return active.equals("active") || active.equals("activating") || active.equals("reloading");
        }
    }

    State state() throws InterruptedException {
        return state(config.unit());
    }

    private State state(String unit) throws InterruptedException {
        Map<String, String> properties = new HashMap<>();
        systemctl("show", unit, "--property=LoadState,ActiveState,InvocationID,ExecMainPID")
                .orFail()
                .out()
                .lines()
                .filter(line -> line.contains("="))
                .forEach(line ->
                        properties.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
        if (!properties.getOrDefault("LoadState", "").equals("loaded")) {
            throw new OpsException(
                    ExitCode.REFUSED,
                    unit + " is " + properties.getOrDefault("LoadState", "unknown to systemd")
                            + ": install it, and run systemctl daemon-reload");
        }
        return new State(
                properties.getOrDefault("ActiveState", "unknown"),
                properties.getOrDefault("InvocationID", ""),
                Long.parseLong(properties.getOrDefault("ExecMainPID", "0")));
    }

    /**
     * Makes sure that the port stays open while the service restarts.
     *
     * @throws OpsException if nobody keeps it
     */
    void checkSocket() throws InterruptedException {
        State socket = state(config.socket());
        if (!socket.active().equals("active")) {
            throw new OpsException(
                    ExitCode.REFUSED,
                    config.socket() + " is " + socket.active()
                            + ", so whoever connects during the restart would be refused: systemctl enable --now "
                            + config.socket());
        }
    }

    /** Opens the port again, which systemd closes if the service fails too often. */
    void openSocket() throws InterruptedException {
        if (!state(config.socket()).active().equals("active")) {
            systemctl("reset-failed", config.socket(), config.unit()).orFail();
            systemctl("start", config.socket()).orFail();
        }
    }

    /** Has systemd stop it and start it again, and does not wait for that. */
    void restart() throws InterruptedException {
        // Attempts before, which have failed, do not count.
        systemctl("reset-failed", config.unit()).orFail();
        systemctl("restart", "--no-block", config.unit()).orFail();
    }

    /** Has systemd stop it, and does not wait for that. */
    void stop() throws InterruptedException {
        systemctl("stop", "--no-block", config.unit()).orFail();
    }

    /**
     * Returns the last lines that it wrote, and that systemd wrote of it, after one of its starts; nothing if not to be had.
     *
     * @param mainProcess that of the start, whose lines the journal may come to read only once systemd has forgotten the invocation
     */
    Optional<String> log(String invocation, long mainProcess) throws InterruptedException {
        List<String> command = new ArrayList<>(config.journalctl());
        command.addAll(List.of(
                "--quiet",
                "--no-pager",
                "--output=cat",
                "--lines=" + LOG_LINES,
                "_SYSTEMD_UNIT=" + config.unit(),
                "_PID=" + mainProcess,
                "+",
                "_SYSTEMD_INVOCATION_ID=" + invocation,
                "+",
                "INVOCATION_ID=" + invocation,
                "+",
                "USER_INVOCATION_ID=" + invocation));
        Program.Result result = Program.run(PATIENCE, command);
        return result.isOk() ? Optional.of(result.out()) : Optional.empty();
    }

    /** Returns what its main process has ended with. systemd says so of everything but 0. */
    static int exitCode(String log) {
        Matcher exited = EXITED.matcher(log);
        int code = 0;
        while (exited.find()) {
            int status = Integer.parseInt(exited.group(2));
            code = exited.group(1).equals("exited") ? status : SIGNALS + status;
        }
        return code;
    }

    private Program.Result systemctl(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(config.systemctl());
        command.addAll(List.of(arguments));
        return Program.run(PATIENCE, command);
    }
}
