package dev.quiesce.ops.lint;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.cli.Output;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code lint}. */
@Command(
        name = "lint",
        mixinStandardHelpOptions = true,
        description = {
            "Proves that the time budgets fit: of compose files, deploys, Dockerfiles, nginx, systemd units, manifests of Kubernetes,"
                    + " option files of MariaDB, and the service's settings.",
            "What does not fit is shown as a pair, with both places and what to change."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything that could be checked fits",
            "1:something does not fit",
            "2:the command line makes no sense, or nothing could be checked",
            "3:a file cannot be read"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  quiesce-ops lint compose.yaml nginx.conf",
            "  quiesce-ops lint board.service board.socket nginx:/etc/nginx/sites-enabled/board",
            "  quiesce-ops lint compose.yaml service.properties --service board --max-connections 151"
        })
public final class LintCommand implements Callable<Integer> {
    @Mixin
    private Output output = new Output();

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "files of any kind, which their names and content tell; or KIND:FILE with one of compose,"
                    + " deploy, dockerfile, kubernetes, mariadb, nginx, settings, systemd")
    private List<String> files = List.of();

    @Option(
            names = "--service",
            paramLabel = "NAME",
            description = "which container or unit is the service; by default those that have settings of it")
    private List<String> services = new ArrayList<>();

    @Option(
            names = "--colours",
            paramLabel = "NUMBER",
            defaultValue = "2",
            description =
                    "how many instances run during a deploy, unless the files say more; default: ${DEFAULT-VALUE}")
    private int colours;

    @Option(
            names = "--max-connections",
            paramLabel = "NUMBER",
            description = "how many connections the database allows, unless a file says so")
    private @Nullable Integer maxConnections;

    /** Made by the command line. */
    public LintCommand() {}

    @Override
    public Integer call() {
        if (colours < 1) {
            throw new OpsException(ExitCode.USAGE, "--colours is " + colours + ": at least one instance runs");
        }
        Findings findings = new Findings();
        Inputs inputs = new Inputs(files, findings);
        for (String service : services) {
            if (inputs.workloads().stream()
                    .noneMatch(workload -> workload.name().equals(service))) {
                throw new OpsException(
                        ExitCode.USAGE,
                        "--service " + service + ": there are only "
                                + String.join(
                                        ", ",
                                        inputs.workloads().stream()
                                                .map(Workload::name)
                                                .toList()));
            }
        }
        new Lint(inputs, findings, services).check(colours, Optional.ofNullable(maxConnections));
        output.answer(map(findings), () -> text(findings));
        if (findings.checks() == 0) {
            return ExitCode.USAGE.code();
        }
        return (findings.found().isEmpty() ? ExitCode.OK : ExitCode.REFUSED).code();
    }

    private static Map<String, Object> map(Findings findings) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("fits", findings.checks() > 0 && findings.found().isEmpty());
        map.put("checks", findings.checks());
        map.put("findings", findings.found().stream().map(Finding::toMap).toList());
        map.put("notChecked", findings.notChecked());
        return map;
    }

    private String text(Findings findings) {
        StringBuilder text = new StringBuilder();
        for (Finding finding : findings.found()) {
            text.append("@|bold,red ").append(finding.rule().id()).append("|@  ");
            text.append(finding.problem()).append('\n');
            append(finding.first(), finding, text);
            append(finding.second(), finding, text);
            text.append("  change: ").append(finding.change()).append("\n\n");
        }
        for (String what : findings.notChecked()) {
            text.append("not checked: ").append(what).append('\n');
        }
        if (findings.checks() == 0) {
            return text + String.join(", ", files) + ": nothing could be checked\n";
        }
        int found = findings.found().size();
        String checks = findings.checks() + (findings.checks() == 1 ? " check" : " checks");
        String what = String.join(", ", files);
        text.append(
                found == 0
                        ? what + ": " + checks + ", the budgets fit\n"
                        : what + ": " + checks + ", " + found + (found == 1 ? " finding\n" : " findings\n"));
        return text.toString();
    }

    private static void append(Value<?> value, Finding finding, StringBuilder text) {
        int width = Math.max(length(finding.first()), length(finding.second()));
        String place = value.place().toString();
        text.append("  ").append(place).append(" ".repeat(width - place.length() + 2));
        text.append(value.name()).append(": ").append(value.text()).append('\n');
    }

    private static int length(Value<?> value) {
        return value.place().toString().length();
    }
}
