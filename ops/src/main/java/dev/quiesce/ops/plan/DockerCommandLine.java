package dev.quiesce.ops.plan;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
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
    private static final Set<String> RESOURCES = Set.of(
            "memory",
            "memory-swap",
            "memory-reservation",
            "cpus",
            "cpu-shares",
            "cpuset-cpus",
            "cpu-quota",
            "cpu-period",
            "pids-limit");
    private static final Map<Character, String> SHORT = Map.of('m', "memory", 'c', "cpu-shares");
    private static final Set<String> VERBS = Set.of("update", "run", "create");
    /** Those of {@code run} and {@code create} that take no value; all others take one. */
    private static final Set<String> SWITCHES = Set.of(
            "detach",
            "disable-content-trust",
            "help",
            "init",
            "interactive",
            "no-healthcheck",
            "oom-kill-disable",
            "privileged",
            "publish-all",
            "quiet",
            "read-only",
            "rm",
            "sig-proxy",
            "tty",
            "use-api-socket");

    private static final String SHORT_SWITCHES = "diPqt";
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
        Map<String, String> options = new LinkedHashMap<>();
        List<String> containers = new ArrayList<>();
        int index = first;
        while (index < words.size()) {
            String word = words.get(index);
            if (word.equals("--")) {
                containers.addAll(verb.equals("update") ? words.subList(index + 1, words.size()) : List.of());
                break;
            } else if (word.startsWith("--")) {
                index = longOption(words, index, options);
            } else if (word.startsWith("-") && word.length() > 1) {
                index = shortOptions(words, index, options);
            } else if (verb.equals("update")) {
                containers.add(word);
            } else {
                break;
            }
            index++;
        }
        String name = options.get("name");
        options.keySet().retainAll(RESOURCES);
        if (verb.equals("update") && options.isEmpty()) {
            throw noCommand("this docker update changes no limit");
        }
        if (!verb.equals("update") && name != null) {
            containers.add(name);
        }
        return new DockerCommandLine(verb, options, List.copyOf(containers));
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

    /** Returns where the value is, or the option, if it has none or it is the same word. */
    private static int longOption(List<String> words, int index, Map<String, String> options) {
        String[] parts = words.get(index).substring(2).split("=", 2);
        if (parts.length == 2) {
            options.put(parts[0], parts[1]);
            return index;
        }
        if (SWITCHES.contains(parts[0])) {
            return index;
        }
        options.put(parts[0], index + 1 < words.size() ? words.get(index + 1) : "");
        return index + 1;
    }

    /** In {@code -itm512m} only the last can have a value: the rest of the word, or the next. */
    private static int shortOptions(List<String> words, int index, Map<String, String> options) {
        String word = words.get(index);
        for (int at = 1; at < word.length(); at++) {
            String rest = word.substring(at + 1);
            if (SHORT_SWITCHES.indexOf(word.charAt(at)) < 0) {
                String option = SHORT.getOrDefault(word.charAt(at), "");
                if (rest.isEmpty()) {
                    options.put(option, index + 1 < words.size() ? words.get(index + 1) : "");
                    return index + 1;
                }
                options.put(option, rest.startsWith("=") ? rest.substring(1) : rest);
                return index;
            }
            if (rest.startsWith("=")) {
                return index;
            }
        }
        return index;
    }
}
