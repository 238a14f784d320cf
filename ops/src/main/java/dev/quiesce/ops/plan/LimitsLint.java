package dev.quiesce.ops.plan;

import dev.quiesce.ops.plan.Finding.Severity;
import dev.quiesce.ops.stats.Size;
import dev.quiesce.ops.stats.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds what is wrong with a command line that sets limits. */
final class LimitsLint {
    private static final long SMALLEST = 6 * Size.MIB;
    /** What is taken for too much on a host that is not known. */
    private static final long LARGEST_GUESS = 1024 * Size.GIB;

    private static final long DEFAULT_PERIOD = 100_000;
    private static final Pattern CPUSET = Pattern.compile("(\\d{1,4})(?:-(\\d{1,4}))?");

    private final DockerCommandLine line;
    private final @Nullable Long hostMemory;
    private final @Nullable Double hostCpus;
    private final List<Finding> findings = new ArrayList<>();

    private LimitsLint(DockerCommandLine line, @Nullable Long hostMemory, @Nullable Double hostCpus) {
        this.line = line;
        this.hostMemory = hostMemory;
        this.hostCpus = hostCpus;
    }

    /**
     * Checks a command line.
     *
     * @param usages what the containers use; may be empty
     * @param hostMemory bytes, or null if not known
     * @param hostCpus CPUs, or null if not known
     */
    static List<Finding> check(
            String commandLine, List<Usage> usages, @Nullable Long hostMemory, @Nullable Double hostCpus) {
        LimitsLint lint = new LimitsLint(DockerCommandLine.parse(commandLine), hostMemory, hostCpus);
        lint.memory(usages);
        lint.cpus();
        lint.shares();
        lint.cpuset();
        lint.pids();
        lint.undo();
        return List.copyOf(lint.findings);
    }

    private void memory(List<Usage> usages) {
        Long memory = size("memory");
        Long swap = "-1".equals(value("memory-swap")) ? null : size("memory-swap");
        Long reservation = size("memory-reservation");
        if (memory != null && value("memory-swap") == null) {
            warn(
                    "memory",
                    line.isUpdate()
                            ? "without --memory-swap Docker refuses it for a container that had no limit; add --memory-swap="
                                    + value("memory") + " for no swap"
                            : "without --memory-swap as much swap is allowed again, " + Size.text(2 * memory)
                                    + " in all; add --memory-swap=" + value("memory") + " for no swap");
        }
        if (value("memory") == null && value("memory-swap") != null && !line.isUpdate()) {
            error("memory-swap", "Docker refuses it without --memory: it is the sum of memory and swap");
        }
        if (memory != null && swap != null && swap < memory) {
            error(
                    "memory-swap",
                    "it is the sum of memory and swap, so it must not be less than --memory=" + value("memory"));
        }
        if ("-1".equals(value("memory-swap"))) {
            warn("memory-swap", "-1 allows swap without limit, which slows the whole host down");
        }
        if (memory != null && reservation != null && reservation > memory) {
            error("memory-reservation", "it must not be more than --memory=" + value("memory"));
        }
        if (memory != null && hostMemory != null && memory > hostMemory) {
            warn("memory", "the host has " + Size.text(hostMemory) + ", so this limits nothing");
        }
        if (memory != null) {
            usages.stream()
                    .filter(usage -> line.containers().contains(usage.container()))
                    .filter(usage -> memory < usage.memoryPeak())
                    .forEach(usage -> error(
                            "memory",
                            usage.container() + " has used " + Size.text(usage.memoryPeak()) + ", now "
                                    + Size.text(usage.memory())
                                    + ": it would be refused (cgroup v1) or the container killed (v2)"));
        }
    }

    /** Returns the bytes of a size that Docker takes. */
    private @Nullable Long size(String option) {
        String value = value(option);
        if (value == null) {
            return null;
        }
        if (value.equals("0")) {
            error(option, "0 changes nothing, and Docker does not say so; a limit is only removed by a new container");
            return null;
        }
        long bytes;
        try {
            bytes = Size.ofOption(value);
        } catch (IllegalArgumentException e) {
            error(
                    option,
                    value.equals("-1")
                            ? "Docker takes no -1 here; a limit is only removed by a new container"
                            : said(e));
            return null;
        }
        if (bytes >= SMALLEST) {
            return bytes;
        }
        String number = value.replaceFirst("[^0-9.].*", "");
        String unit = value.substring(number.length()).strip().toLowerCase(Locale.ROOT);
        error(
                option,
                (unit.isEmpty() ? "no unit is bytes, so this is " + bytes + " bytes; " : "")
                        + "the least that Docker takes is 6 MiB" + suggestion(number, unit));
        return null;
    }

    /** Suggests the next larger unit that makes a size of it which Docker takes and the host has. */
    private String suggestion(String number, String unit) {
        long most = hostMemory == null ? LARGEST_GUESS : hostMemory;
        String larger = unit.startsWith("m") ? "g" : unit.startsWith("k") ? "mg" : "mkg";
        return larger.chars()
                .mapToObj(each -> number + (char) each)
                .filter(guess -> isBetween(guess, SMALLEST, most))
                .findFirst()
                .map(guess -> "; did you mean " + guess + "?")
                .orElse("");
    }

    private static boolean isBetween(String size, long least, long most) {
        try {
            long bytes = Size.ofOption(size);
            return bytes >= least && bytes <= most;
        } catch (IllegalArgumentException e) {
            return false; // more than a long has
        }
    }

    private void cpus() {
        String value = value("cpus");
        boolean quota = value("cpu-quota") != null || value("cpu-period") != null;
        if (value != null && quota) {
            error(
                    "cpus",
                    "Docker takes either --cpus or --cpu-quota and --cpu-period, also over the life of a container");
        }
        if (value == null) {
            quota();
            return;
        }
        if (!value.matches("\\d{0,6}(\\.\\d+)?") || value.isEmpty()) {
            error("cpus", "'" + value + "' is no number of CPUs, such as 0.5");
            return;
        }
        double cpus = Double.parseDouble(value);
        if (cpus == 0) {
            error("cpus", "0 changes nothing, and Docker does not say so; a limit is only removed by a new container");
        } else if (cpus < 0.01) {
            error("cpus", "the least that Docker takes is 0.01");
        } else if (hostCpus != null && cpus > hostCpus) {
            error("cpus", "the host has " + Proposal.cpus(hostCpus) + " CPUs, and Docker refuses more");
        } else if (cpus != Math.rint(cpus) || cpus == 1) {
            note("cpus", "this is the time of " + Proposal.cpus(cpus) + " CPU, however many CPUs the host has");
        }
    }

    private void quota() {
        Long period = microseconds("cpu-period", 1_000, 1_000_000);
        Long quota = microseconds("cpu-quota", 1_000, Long.MAX_VALUE);
        boolean periodIsWrong = period == null && value("cpu-period") != null;
        if (quota == null || hostCpus == null || periodIsWrong) {
            return;
        }
        double cpus = (double) quota / (period == null ? DEFAULT_PERIOD : period);
        if (cpus > hostCpus) {
            error(
                    "cpu-quota",
                    "this is the time of " + Proposal.cpus(cpus) + " CPUs, and the host has " + Proposal.cpus(hostCpus)
                            + ", so it limits nothing; the quota is for each --cpu-period, "
                            + (period == null ? "by default " + DEFAULT_PERIOD : "here " + period) + " µs");
        }
    }

    /** Returns null if there is no such option, or none with this meaning. */
    private @Nullable Long microseconds(String option, long least, long most) {
        String value = value(option);
        if (value == null || value.equals("-1") && option.equals("cpu-quota")) {
            return null;
        }
        if (!value.matches("\\d{1,18}")) {
            error(option, "'" + value + "' is no number of microseconds, such as 50000");
            return null;
        }
        long micros = Long.parseLong(value);
        if (micros == 0) {
            error(option, "0 changes nothing, and Docker does not say so");
        } else if (micros < least) {
            error(option, "the least that Docker takes is " + least + " µs");
        } else if (micros > most) {
            error(option, "the most that Docker takes is " + most + " µs");
        } else {
            return micros;
        }
        return null;
    }

    private void shares() {
        String value = value("cpu-shares");
        if (value == null) {
            return;
        }
        if (!value.matches("\\d{1,9}")) {
            error("cpu-shares", "'" + value + "' is no weight, such as 1024");
            return;
        }
        int shares = Integer.parseInt(value);
        if (shares == 0) {
            error("cpu-shares", "0 changes nothing, and Docker does not say so; the default is 1024");
        } else if (shares < 2 || shares > 262_144) {
            error(
                    "cpu-shares",
                    "it must be from 2 to 262144; a refused update changes the kernel's value all the same");
        }
    }

    private void cpuset() {
        String value = value("cpuset-cpus");
        if (value == null) {
            return;
        }
        int highest = -1;
        for (String part : value.split(",", -1)) {
            Matcher matcher = CPUSET.matcher(part);
            if (!matcher.matches()) {
                error("cpuset-cpus", "'" + part + "' is no CPU nor a range, such as 0 or 0-1");
                return;
            }
            highest = Math.max(highest, Integer.parseInt(matcher.group(matcher.group(2) == null ? 1 : 2)));
        }
        if (hostCpus != null && highest >= hostCpus) {
            error(
                    "cpuset-cpus",
                    "the host has the CPUs 0 to " + ((int) Math.ceil(hostCpus) - 1) + ", and no CPU " + highest);
        } else if (value.matches("\\d+")) {
            note(
                    "cpuset-cpus",
                    "all that are pinned to CPU " + value + " wait for each other while other CPUs idle; "
                            + "--cpus limits without that");
        }
    }

    private void pids() {
        String value = value("pids-limit");
        if (value == null) {
            return;
        }
        if (!value.matches("-1|\\d{1,9}")) {
            error("pids-limit", "'" + value + "' is no number of processes; -1 is no limit");
        } else if (value.equals("0")) {
            note("pids-limit", "0 changes nothing; -1 is no limit");
        }
    }

    private void undo() {
        if (!line.isUpdate()) {
            return;
        }
        for (String option : List.of("memory", "memory-swap", "cpus", "cpu-quota", "cpuset-cpus")) {
            if (value(option) != null) {
                note(option, "update can change this limit later and not remove it; only a new container has none");
                return;
            }
        }
    }

    private @Nullable String value(String option) {
        return line.options().get(option);
    }

    private void error(String option, String message) {
        add(Severity.error, option, message);
    }

    private void warn(String option, String message) {
        add(Severity.warning, option, message);
    }

    private void note(String option, String message) {
        add(Severity.note, option, message);
    }

    private void add(Severity severity, String option, String message) {
        findings.add(new Finding(severity, "--" + option + "=" + value(option), message));
    }

    private static String said(IllegalArgumentException e) {
        return String.valueOf(e.getMessage());
    }

    /** Returns the findings as JSON. */
    static List<Map<String, String>> json(List<Finding> findings) {
        return findings.stream()
                .map(finding -> Map.of(
                        "severity", finding.severity().name(),
                        "option", finding.option(),
                        "message", finding.message()))
                .toList();
    }
}
