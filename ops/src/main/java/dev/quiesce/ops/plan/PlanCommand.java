package dev.quiesce.ops.plan;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.cli.Output;
import dev.quiesce.ops.docker.Container;
import dev.quiesce.ops.docker.Docker;
import dev.quiesce.ops.docker.Engine;
import dev.quiesce.ops.docker.StatsOptions;
import dev.quiesce.ops.host.Host;
import dev.quiesce.ops.host.HostOptions;
import dev.quiesce.ops.plan.Finding.Severity;
import dev.quiesce.ops.stats.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code plan}. */
@Command(
        name = "plan",
        description = {
            "Proposes limits of memory, CPU and processes for the containers of a host, so that none of them can take the host down.",
            "It looks at what they use, keeps a reserve for the host and room for the second colour of a blue/green deploy, "
                    + "and refuses to promise more than there is."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the limits fit; with --apply or --undo they are in force, with --check nothing is wrong",
            "1:they do not fit, were refused or read back otherwise, or --check has found something",
            "2:the command line makes no sense, or --check has nothing to check",
            "3:no engine answers, or a file cannot be read"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  quiesce-ops plan --window 10m --apply --all --save-undo before.json",
            "      sample, limit all running containers, read back, keep the way back",
            "  quiesce-ops plan --undo before.json",
            "  quiesce-ops plan --undo before.json shop",
            "      give the limits of before back to all, or to shop alone; one that is gone is left out",
            "  docker stats --no-stream | quiesce-ops plan --stats - --host lightsail-2gb",
            "  quiesce-ops plan --stats day.txt --host-memory 2g --cpus 2 --only compose",
            "  quiesce-ops plan --classes classes.txt --apply shop",
            "      limit shop alone; classes.txt has lines such as: shop = jvm, blue-green",
            "  quiesce-ops plan --check 'docker update --memory=500 --cpus=3 shop'"
        })
public final class PlanCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Mixin
    private final StatsOptions stats = new StatsOptions();

    @Mixin
    private final HostOptions hostOptions = new HostOptions();

    @Option(
            names = "--classes",
            paramLabel = "FILE",
            description =
                    "lines NAME = CLASS; CLASS is jvm, node, nginx, database or other, then batch if it may wait, "
                            + "blue-green if a second one runs beside it during a deploy; others are guessed")
    private @Nullable Path classes;

    @Option(
            names = "--only",
            paramLabel = "SECTION",
            split = ",",
            description = "print these sections alone: ${COMPLETION-CANDIDATES}")
    private Section @Nullable [] only;

    @Option(
            names = "--apply",
            description =
                    "limit the containers that are named, or all with --all, and read back what Docker and the kernel have")
    private boolean apply;

    @Option(names = "--all", description = "with --apply: limit all containers that are in the samples")
    private boolean all;

    @Option(
            names = "--save-undo",
            paramLabel = "FILE",
            description = "with --apply: keep the limits of before in a new file")
    private @Nullable Path saveUndo;

    @Option(
            names = "--undo",
            paramLabel = "FILE",
            description =
                    "give containers back the limits that --save-undo has kept; those that are named, or all in the file")
    private @Nullable Path undo;

    @Option(
            names = "--check",
            paramLabel = "COMMAND",
            description = "do not plan; say what is wrong with this docker update or docker run; "
                    + "against what the containers use if there is --stats, and against the host if it is described")
    private @Nullable String check;

    @Parameters(
            paramLabel = "CONTAINER",
            arity = "0..*",
            description =
                    "propose limits for these alone, or apply or undo them; the others count in the sum all the same")
    private List<String> chosen = List.of();

    private final Docker docker = new Docker();

    /** For picocli. */
    public PlanCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        if (check != null && (apply || undo != null) || apply && undo != null) {
            throw usage("--check, --apply and --undo exclude each other");
        }
        if (all && (!apply || !chosen.isEmpty())) {
            throw usage("--all needs --apply, and no names");
        }
        if (apply && !all && chosen.isEmpty()) {
            throw usage("--apply changes containers: name those that it should change, or say --all");
        }
        if (saveUndo != null && !apply) {
            throw usage("--save-undo needs --apply");
        }
        if (check != null) {
            return check(check);
        }
        return undo != null ? new Undo(docker, output).of(undo, chosen).code() : plan();
    }

    private int plan() throws InterruptedException {
        ServiceClasses known = classes == null ? ServiceClasses.none() : classes(classes);
        Host described = hostOptions.described();
        Engine engine = apply || stats.isLive() || described == null ? docker.engine() : null;
        Host host = host(described, engine);
        List<Usage> usages = Usage.of(stats.read(docker, output));
        Map<String, Container> containers = Map.of();
        if (apply || stats.isLive()) {
            containers = docker.inspect(usages.stream().map(Usage::container).toList());
            usages = existing(usages, containers.keySet());
        }
        Set<String> names = usages.stream().map(Usage::container).collect(Collectors.toSet());
        known.unused(names)
                .forEach(name -> output.progress("--classes: " + name + " has a class, and is not in the samples"));
        Plan whole = Planner.plan(host, usages, known, containers);
        Plan plan = chosen.isEmpty() ? whole : whole.choose(chosen(names));
        if (apply && plan.fits() && engine != null) {
            return apply(plan, engine);
        }
        output.answer(PlanJson.of(plan), () -> PlanText.of(plan, sections()));
        return (plan.fits() ? ExitCode.OK : ExitCode.REFUSED).code();
    }

    /** A container that has ended since, such as a step of a build, needs no limits. */
    private List<Usage> existing(List<Usage> usages, Set<String> names) {
        List<Usage> existing = usages.stream()
                .filter(usage -> names.contains(usage.container()))
                .toList();
        usages.stream()
                .filter(usage -> !names.contains(usage.container()))
                .forEach(usage ->
                        output.progress(usage.container() + " is in the samples, and exists no more: left out"));
        if (existing.isEmpty()) {
            throw new OpsException(
                    ExitCode.UNAVAILABLE, "none of the containers in the samples exists on this engine; see docker ps");
        }
        return existing;
    }

    private Set<String> chosen(Set<String> names) {
        Set<String> unknown = new TreeSet<>(chosen);
        unknown.removeAll(names);
        if (!unknown.isEmpty()) {
            throw usage("not in the samples: " + String.join(", ", unknown) + "; there are "
                    + String.join(", ", new TreeSet<>(names)));
        }
        return Set.copyOf(chosen);
    }

    private int apply(Plan plan, Engine engine) throws InterruptedException {
        List<Change> changes = Change.of(plan);
        if (saveUndo != null) {
            UndoFile.write(saveUndo, changes);
        }
        List<String> said = new Limiter(docker, engine, output).apply(changes);
        Map<String, Object> answer = PlanJson.of(plan);
        answer.put("applied", said);
        Set<Section> sections = only == null ? EnumSet.of(Section.table, Section.why, Section.undo) : sections();
        output.answer(answer, () -> PlanText.of(plan, sections) + applied(said));
        return ExitCode.OK.code();
    }

    private static String applied(List<String> said) {
        return "@|bold Applied, and read back|@\n"
                + said.stream().map(line -> line + '\n').collect(Collectors.joining());
    }

    private int check(String commandLine) throws InterruptedException {
        List<Usage> usages = stats.isLive() ? List.of() : Usage.of(stats.read(docker, output));
        List<Finding> findings = LimitsLint.check(commandLine, usages, hostOptions.memory(), hostOptions.cpus());
        boolean clean = findings.stream().allMatch(finding -> finding.severity() == Severity.note);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ok", clean);
        answer.put("findings", LimitsLint.json(findings));
        output.answer(answer, () -> findings.isEmpty() ? "nothing is wrong\n" : text(findings));
        return (clean ? ExitCode.OK : ExitCode.REFUSED).code();
    }

    private static String text(List<Finding> findings) {
        return findings.stream()
                .map(finding -> colour(finding.severity()) + ' ' + finding.option() + ": " + finding.message() + '\n')
                .collect(Collectors.joining());
    }

    private static String colour(Severity severity) {
        return switch (severity) {
            case error -> "@|red error|@";
            case warning -> "@|yellow warning|@";
            case note -> "note";
        };
    }

    private Set<Section> sections() {
        return only == null ? EnumSet.allOf(Section.class) : EnumSet.copyOf(Arrays.asList(only));
    }

    /** A host that is sold as 2 GiB has less, since the kernel takes its part first: no more is planned than Docker sees. */
    private Host host(@Nullable Host described, @Nullable Engine engine) {
        if (described == null) {
            if (engine == null) {
                throw new IllegalStateException("neither described nor asked");
            }
            return new Host(
                    hostOptions.name(),
                    hostOptions.memory() == null ? engine.memory() : Math.min(hostOptions.memory(), engine.memory()),
                    hostOptions.cpus() == null ? engine.cpus() : Math.min(hostOptions.cpus(), engine.cpus()),
                    hostOptions.credit());
        }
        return engine == null
                ? described
                : new Host(
                        described.name(),
                        Math.min(described.memory(), engine.memory()),
                        Math.min(described.cpus(), engine.cpus()),
                        described.credit());
    }

    private static ServiceClasses classes(Path file) {
        try {
            return ServiceClasses.read(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new OpsException(ExitCode.UNAVAILABLE, "--classes=" + file + " cannot be read: " + e, e);
        }
    }

    private static OpsException usage(String message) {
        return new OpsException(ExitCode.USAGE, message);
    }
}
