package dev.quiesce.ops.plan;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.docker.CommandOptions;
import dev.quiesce.ops.process.ShellWords;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A command line of Docker as far as limits go. What is behind the image belongs to the container and is not looked at.
 *
 * @param verb {@code update}, or {@code run} also for {@code create} and for options without a command
 * @param options the options for resources, by their long names
 * @param containers the names of containers, as far as they are given
 */
record DockerCommandLine(String verb, Map<String, String> options, List<String> containers) {
    private static final List<String> RESOURCES = List.of(
            "memory",
            "memory-swap",
            "memory-reservation",
            "cpus",
            "cpu-shares",
            "cpuset-cpus",
            "cpu-quota",
            "cpu-period",
            "pids-limit");
    private static final Set<String> VERBS = Set.of("update", "run", "create");
    /** Those of docker itself and of sudo that take a value. */
    private static final Set<String> VALUES_BEFORE = Set.of(
            "--config",
            "--context",
            "-c",
            "--host",
            "-H",
            "--log-level",
            "-l",
            "--tlscacert",
            "--tlscert",
            "--tlskey",
            "--user",
            "-u",
            "--group",
            "-g");

    /**
     * Reads a command line.
     *
     * @throws OpsException if it is none that sets limits; the line is not repeated, since it may hold secrets
     */
    static DockerCommandLine parse(String line) {
        List<String> words = ShellWords.of(line);
        if (words.isEmpty()) {
            throw noCommand("it is empty");
        }
        int first = words.get(0).startsWith("-") ? 0 : verb(words);
        String verb = first > 0 && words.get(first - 1).equals("update") ? "update" : "run";
        CommandOptions read = CommandOptions.read(words.subList(first, words.size()));
        Map<String, String> options = new LinkedHashMap<>(limits(read));
        List<String> containers = new ArrayList<>();
        // Only there may options come behind a name.
        while (verb.equals("update") && !read.rest().isEmpty()) {
            containers.add(read.rest().get(0));
            read = CommandOptions.read(read.rest().subList(1, read.rest().size()));
            options.putAll(limits(read));
        }
        if (verb.equals("update") && options.isEmpty()) {
            throw noCommand("this docker update changes no limit");
        }
        if (!verb.equals("update")) {
            read.find("name").ifPresent(containers::add);
        }
        return new DockerCommandLine(verb, options, List.copyOf(containers));
    }

    private static Map<String, String> limits(CommandOptions options) {
        Map<String, String> limits = new LinkedHashMap<>();
        RESOURCES.forEach(name -> options.find(name).ifPresent(value -> limits.put(name, value)));
        return limits;
    }

    boolean isUpdate() {
        return verb.equals("update");
    }

    /** Returns where the options begin: behind what may stand before {@code docker}, and its own options. */
    private static int verb(List<String> words) {
        boolean docker = false;
        for (int index = 0; index < words.size(); index++) {
            String word = words.get(index);
            if (docker && VERBS.contains(word)) {
                return index + 1;
            }
            if (VALUES_BEFORE.contains(word)) {
                index++;
            } else if (word.equals("docker") || word.endsWith("/docker")) {
                docker = true;
            } else if (!word.startsWith("-") && !(docker ? word.equals("container") : word.matches("sudo|\\w+=.*"))) {
                break;
            }
        }
        throw noCommand(docker ? "this command of docker sets no limits" : "it does not begin with docker");
    }

    private static OpsException noCommand(String what) {
        return new OpsException(
                ExitCode.USAGE,
                "--check: " + what
                        + ". It takes a whole docker update, docker run or docker create with limits, in quotes, "
                        + "such as --check 'docker update --memory=500m --memory-swap=500m shop'");
    }
}
