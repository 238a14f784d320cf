package dev.quiesce.ops.lint;

import dev.quiesce.ops.deploy.DeployFile;
import dev.quiesce.ops.docker.CommandOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether a deploy takes its file, and waits as long as what it waits for may take. */
final class DeployRules {
    private static final String LONGEST_REQUEST = "switch.longest-request";
    private static final String SWITCH_TIMEOUT = "switch.timeout";
    private static final Place DEPLOY = new Place("deploy itself", 0);

    private final Findings findings;

    DeployRules(Findings findings) {
        this.findings = findings;
    }

    /**
     * Checks a file.
     *
     * @param services those that it may be about
     * @param workers how long nginx lets old workers live on, if that is given
     */
    void check(Deploy deploy, List<Service> services, Optional<Value<Duration>> workers) {
        DeployFile file = deploy.file();
        checkAccepted(deploy);
        if (!file.mistakes().isEmpty()) {
            return;
        }
        file.instances().forEach(instance -> checkContainer(deploy, instance));
        services.forEach(service -> checkStop(deploy, service));
        DeployFile.Reload reload = file.reload();
        if (reload != null) {
            services.forEach(service -> checkLongestRequest(deploy, reload, service));
            workers.ifPresent(timeout -> checkWorkers(deploy, reload, timeout));
        }
    }

    private void checkAccepted(Deploy deploy) {
        Map<String, String> complaints = new LinkedHashMap<>();
        deploy.entries().forEach(entry -> complaints.put(entry.name(), ""));
        deploy.file()
                .mistakes()
                .forEach(mistake -> complaints.merge(
                        mistake.key(), mistake.what(), (one, other) -> one.isEmpty() ? other : one + "; " + other));
        complaints.forEach((key, complaint) -> findings.expect(
                Rule.DEPLOY_FILE_ACCEPTED,
                complaint.isEmpty(),
                "deploy does nothing: " + complaint,
                deploy.find(key).orElse(Value.missing(key, deploy.place(key))),
                Value.of("the file", "refused", DEPLOY),
                "correct " + key + "; docs/deploy.md has all settings"));
    }

    private void checkContainer(Deploy deploy, DeployFile.Instance instance) {
        Place place = deploy.place(Deploy.RUN_OPTIONS);
        CommandOptions options = CommandOptions.read(instance.options());
        ContainerRules rules = new ContainerRules(findings);
        Value<String> owner = Value.of(deploy.file().service(), "a container", place);
        options.find("memory")
                .map(limit -> Value.of("--memory", limit, place))
                .ifPresent(limit ->
                        rules.checkMemory(limit, options.find("memory-swap").isPresent(), "--memory-swap", owner));
        options.find("stop-signal")
                .map(signal -> Value.of("--stop-signal", signal, place))
                .ifPresent(signal -> rules.checkStopSignal(deploy.file().service(), signal, deploy.stopTimeout()));
    }

    /** What Docker waits for is the grace period of a container; this is about what systemd is waited for. */
    private void checkStop(Deploy deploy, Service service) {
        if (deploy.file().unit() == null) {
            return;
        }
        Value<Duration> stop = deploy.stopTimeout();
        service.time(SettingTable.TOTAL)
                .ifPresent(total -> findings.expect(
                        Rule.STOP_WITHIN_DEPLOY,
                        total.value().compareTo(stop.value()) < 0,
                        service.name() + " may take " + Times.text(total.value()) + " to stop, but deploy plans "
                                + Times.text(stop.value()) + " for that, and the time to start is short by the rest",
                        total,
                        stop,
                        "set " + stop.name() + " to " + Times.above(total.value()) + "s, or lower "
                                + SettingTable.TOTAL));
    }

    private void checkLongestRequest(Deploy deploy, DeployFile.Reload reload, Service service) {
        Optional<Value<Duration>> longest = longest(deploy, reload);
        Optional<Value<Duration>> patience = service.time(SettingTable.PATIENCE);
        if (longest.isPresent() && patience.isPresent()) {
            findings.expect(
                    Rule.PATIENCE_WITHIN_LONGEST_REQUEST,
                    patience.get().value().compareTo(longest.get().value()) <= 0,
                    "after " + Times.text(longest.get().value())
                            + " deploy takes what an old worker of nginx still holds"
                            + " for sockets and stops the old version, while requests of " + service.name()
                            + " may take " + Times.text(patience.get().value()),
                    longest.get(),
                    patience.get(),
                    "raise " + LONGEST_REQUEST + " to "
                            + Times.above(patience.get().value()) + "s");
        }
    }

    private void checkWorkers(Deploy deploy, DeployFile.Reload reload, Value<Duration> workers) {
        longest(deploy, reload)
                .ifPresentOrElse(
                        longest -> findings.expect(
                                Rule.LONGEST_REQUEST_WITHIN_WORKERS,
                                longest.value().compareTo(workers.value()) < 0,
                                "nginx cuts sockets without a close frame after " + Times.text(workers.value())
                                        + ", before the old version is told to close them after "
                                        + Times.text(longest.value()),
                                longest,
                                workers,
                                "raise " + workers.name() + " to " + Times.above(longest.value()) + "s"),
                        () -> {
                            Value<Duration> waits = deploy.time(SWITCH_TIMEOUT, reload.timeout());
                            findings.expect(
                                    Rule.WORKERS_WITHIN_SWITCH,
                                    workers.value().compareTo(waits.value()) < 0,
                                    "a socket may hold an old worker of nginx for " + Times.text(workers.value())
                                            + ", but deploy waits " + Times.text(waits.value())
                                            + " and ends with exit code 5, the old version not stopped",
                                    workers,
                                    waits,
                                    "set " + LONGEST_REQUEST + ", or raise " + SWITCH_TIMEOUT + " to "
                                            + Times.above(workers.value()) + "s");
                        });
    }

    private static Optional<Value<Duration>> longest(Deploy deploy, DeployFile.Reload reload) {
        return reload.longestRequest().map(time -> deploy.time(LONGEST_REQUEST, time));
    }
}
