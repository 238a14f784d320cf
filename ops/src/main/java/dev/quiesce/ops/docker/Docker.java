package dev.quiesce.ops.docker;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.process.Program;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Docker engine, asked by its command line. Which engine that is, {@code DOCKER_HOST} and the current context say, as for every
 * use of {@code docker}. Safe for use by many threads.
 */
public final class Docker {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final long DEFAULT_PERIOD = 100_000;

    /** Makes a client; nothing is asked yet. */
    public Docker() {}

    /**
     * Returns what the engine says about itself.
     *
     * @throws OpsException if no engine answers
     * @throws InterruptedException if interrupted
     */
    public Engine engine() throws InterruptedException {
        Program.Result result = run("info", "--format", "{{json .}}");
        Map<String, Object> info = result.isOk() ? object(result) : Map.of();
        // Older versions of docker info succeed even if they have not reached the engine.
        if (number(info, "NCPU") == 0) {
            throw new OpsException(
                    ExitCode.UNAVAILABLE,
                    "no Docker engine answers: " + (result.isOk() ? info.get("ServerErrors") : result.said())
                            + " Start it or set DOCKER_HOST; without an engine, give --stats and --host or --host-memory and --cpus");
        }
        return new Engine(
                number(info, "MemTotal"),
                (int) number(info, "NCPU"),
                "2".equals(info.get("CgroupVersion")) ? 2 : 1,
                Boolean.TRUE.equals(info.get("SwapLimit")));
    }

    /**
     * Returns one sample of all running containers, as lines of JSON. It takes some two seconds.
     *
     * @throws OpsException if no engine answers
     * @throws InterruptedException if interrupted
     */
    public String stats() throws InterruptedException {
        return run("stats", "--no-stream", "--no-trunc", "--format", "{{json .}}")
                .orFail()
                .out();
    }

    /**
     * Describes containers, by their names. One that does not exist, or does no longer, is left out.
     *
     * @throws OpsException if no engine answers
     * @throws InterruptedException if interrupted
     */
    public Map<String, Container> inspect(List<String> names) throws InterruptedException {
        if (names.isEmpty()) {
            return Map.of();
        }
        List<String> arguments = new ArrayList<>(List.of("container", "inspect"));
        arguments.addAll(names);
        Program.Result result = run(arguments.toArray(String[]::new));
        if (!result.isOk() && !result.err().contains("No such container")) {
            result.orFail();
        }
        Map<String, Container> containers = new LinkedHashMap<>();
        for (Object inspected : list(parse(result))) {
            Container container = container(map(inspected));
            containers.put(container.name(), container);
        }
        return containers;
    }

    /**
     * Runs a command of Docker to its end.
     *
     * @param arguments what follows {@code docker}
     * @throws OpsException if there is no {@code docker}, or it does not end in 30 s
     * @throws InterruptedException if interrupted
     */
    public Program.Result run(String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        return Program.run(TIMEOUT, command);
    }

    private static Container container(Map<String, Object> inspected) {
        Map<String, Object> host = map(inspected.get("HostConfig"));
        Map<String, Object> config = map(inspected.get("Config"));
        long shares = number(host, "CpuShares");
        long quota = Math.max(0, number(host, "CpuQuota"));
        long period = number(host, "CpuPeriod") == 0 ? DEFAULT_PERIOD : number(host, "CpuPeriod");
        List<String> command = new ArrayList<>(strings(config.get("Entrypoint")));
        command.addAll(strings(config.get("Cmd")));
        return new Container(
                String.valueOf(inspected.get("Id")),
                String.valueOf(inspected.get("Name")).replaceFirst("^/", ""),
                String.valueOf(config.get("Image")),
                number(map(inspected.get("State")), "Pid"),
                new Limits(
                        number(host, "Memory"),
                        Math.max(0, number(host, "MemorySwap")),
                        quota == 0 ? number(host, "NanoCpus") : Math.round(quota * 1e9 / period),
                        shares == 0 ? Limits.DEFAULT_SHARES : shares,
                        Math.max(0, number(host, "PidsLimit"))),
                quota,
                period,
                command,
                strings(config.get("Env")).stream()
                        .map(variable -> variable.split("=", 2)[0])
                        .toList());
    }

    private static Map<String, Object> object(Program.Result result) {
        return map(parse(result));
    }

    private static Object parse(Program.Result result) {
        try {
            return JSON.std.anyFrom(result.out());
        } catch (IOException e) {
            throw new OpsException(
                    ExitCode.UNAVAILABLE,
                    String.join(" ", result.command()) + " has not answered with JSON; is it Docker's own docker?",
                    e);
        }
    }

    @SuppressWarnings("unchecked") // keys in JSON are strings
    private static Map<String, Object> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private static List<String> strings(@Nullable Object value) {
        return list(value).stream().map(String::valueOf).toList();
    }

    private static long number(Map<String, Object> object, String name) {
        return object.get(name) instanceof Number number ? number.longValue() : 0;
    }
}
