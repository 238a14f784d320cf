package dev.quiesce.ops.deploy;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.process.Program;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The containers of a host, by the {@code docker} command, which knows its engine by itself. Safe for use by many threads. */
final class Containers {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MOST_TRIES = 3;
    private static final int LATE_MILLIS = 500;
    private static final String DEPLOY = "dev.quiesce.deploy";

    /**
     * One of them.
     *
     * @param running whether it runs, and is not just about to be started again
     * @param exitCode what it has ended with, if it does not
     * @param image what it was made of, as named then
     * @param imageId what identifies that, whatever it is called
     * @param startedAt when it was started last, as Docker says it
     * @param pid the number of its first process on the host; 0 if it does not run
     */
    record Container(boolean running, int exitCode, String image, String imageId, String startedAt, long pid) {}

    Optional<Container> find(String name) throws InterruptedException {
        Program.Result result = docker("inspect", "--type", "container", name);
        if (!result.isOk() && result.err().contains("No such container")) {
            return Optional.empty();
        }
        return Optional.of(parse(result.orFail().out()));
    }

    /**
     * Returns what identifies an image whatever it is called.
     *
     * @throws OpsException if it is not on this host
     */
    String imageId(String image) throws InterruptedException {
        return findImageId(image)
                .orElseThrow(() -> new OpsException(
                        ExitCode.REFUSED,
                        "there is no image " + image + " on this host: build, pull or load it first"));
    }

    /** Returns what identifies an image whatever it is called; empty if it is not on this host. */
    Optional<String> findImageId(String image) throws InterruptedException {
        Program.Result result = docker("image", "inspect", "--format", "{{.Id}}", image);
        return result.isOk() ? Optional.of(result.out().strip()) : Optional.empty();
    }

    boolean isRunning(String name) throws InterruptedException {
        return find(name).filter(Container::running).isPresent();
    }

    /**
     * Makes a container in place of the one of this name, if there is one, and starts it.
     *
     * <p>By two commands, since one that has been told of may outlive whoever has told it. A {@code docker create} that comes late
     * leaves a container that does not run, and is removed here; a {@code docker start} that comes late starts the container
     * that it was told of and no later one, since it goes by id.
     */
    void run(String name, String deploy, String image, List<String> options, List<String> command)
            throws InterruptedException {
        List<String> arguments =
                new ArrayList<>(List.of("create", "--pull", "never", "--name", name, "--label", DEPLOY + "=" + deploy));
        arguments.addAll(options);
        arguments.add(image);
        arguments.addAll(command);
        Program.Result created = replace(name, arguments);
        for (int i = 1; i < MOST_TRIES && created.err().contains("is already in use by container"); i++) {
            created = replace(name, arguments);
        }
        String[] lines = created.orFail().out().strip().split("\n");
        docker("start", lines[lines.length - 1]).orFail();
    }

    private Program.Result replace(String name, List<String> arguments) throws InterruptedException {
        if (find(name).isPresent()) {
            remove(name);
        }
        return docker(arguments.toArray(String[]::new));
    }

    void start(String name) throws InterruptedException {
        docker("start", name).orFail();
    }

    /** Sends the signal to stop, and kills what has not stopped by then. Nothing happens to one that does not run. */
    void stop(String name, Duration timeout) throws InterruptedException {
        Program.run(timeout.plus(PATIENCE), List.of("docker", "stop", "-t", Long.toString(timeout.toSeconds()), name))
                .orFail();
    }

    void remove(String name) throws InterruptedException {
        docker("rm", "--force", name).orFail();
    }

    /**
     * Returns whether a signal has been sent to it since it was started last. The engine remembers its last 256 events, which is
     * long enough for one that has been told to stop to have ended.
     */
    boolean hasBeenSignalled(String name, String startedAt) throws InterruptedException {
        Program.Result events = docker(
                "events",
                "--since",
                startedAt,
                "--until",
                Instant.now().toString(),
                "--filter",
                "container=" + name,
                "--filter",
                "event=kill",
                "--format",
                "{{.Action}}");
        return !events.orFail().out().isBlank();
    }

    /** Returns its last lines since it was started, of both outputs; nothing if they are not to be had. */
    Optional<String> log(String name, String startedAt, int lines) throws InterruptedException {
        // Docker notes the start when it is over, by when there may be lines already.
        Instant since = Instant.parse(startedAt).minusMillis(LATE_MILLIS);
        Program.Result result = since.isBefore(Instant.EPOCH)
                ? docker("logs", "--tail", Integer.toString(lines), name)
                : docker("logs", "--since", since.toString(), "--tail", Integer.toString(lines), name);
        return result.isOk() ? Optional.of(result.out() + result.err()) : Optional.empty();
    }

    private static Program.Result docker(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        return Program.run(PATIENCE, command);
    }

    private static Container parse(String json) {
        try {
            Map<?, ?> container = (Map<?, ?>) JSON.std.listFrom(json).get(0);
            Map<?, ?> state = (Map<?, ?>) container.get("State");
            Map<?, ?> config = (Map<?, ?>) container.get("Config");
            return new Container(
                    (Boolean) state.get("Running") && !(Boolean) state.get("Restarting"),
                    ((Number) state.get("ExitCode")).intValue(),
                    (String) config.get("Image"),
                    (String) container.get("Image"),
                    (String) state.get("StartedAt"),
                    ((Number) state.get("Pid")).longValue());
        } catch (IOException | ClassCastException | NullPointerException e) {
            throw new OpsException(ExitCode.UNAVAILABLE, "docker inspect says something unknown: " + e, e);
        }
    }
}
