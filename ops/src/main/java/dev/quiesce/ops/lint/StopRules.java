package dev.quiesce.ops.lint;

import java.time.Duration;

/** Whether a service stops in the time that it has, and has time for what it promises. */
final class StopRules {
    private final Findings findings;

    StopRules(Findings findings) {
        this.findings = findings;
    }

    void check(Service service) {
        service.time(SettingTable.TOTAL).ifPresent(total -> {
            checkGrace(service, total);
            checkParts(service, total);
        });
    }

    private void checkGrace(Service service, Value<Duration> total) {
        Workload workload = service.workload();
        if (workload.grace().isEmpty()) {
            return;
        }
        Value<Duration> grace = workload.grace().get();
        workload.preStop()
                .ifPresentOrElse(
                        preStop -> {
                            Duration whole = preStop.value().plus(total.value());
                            findings.expect(
                                    Rule.PRE_STOP_WITHIN_GRACE,
                                    whole.compareTo(grace.value()) < 0,
                                    service.name() + " is killed " + Times.text(grace.value())
                                            + " after preStop begins, but preStop takes " + Times.text(preStop.value())
                                            + " of that and the stop may take " + Times.text(total.value()),
                                    new Value<>(
                                            "preStop + " + total.name(),
                                            whole,
                                            Times.text(preStop.value()) + " + " + total.text(),
                                            preStop.place()),
                                    grace,
                                    "set " + grace.name() + " to " + Times.above(whole) + ", or shorten preStop");
                        },
                        () -> findings.expect(
                                Rule.TOTAL_WITHIN_GRACE,
                                total.value().compareTo(grace.value()) < 0,
                                service.name() + " may take " + Times.text(total.value())
                                        + " to stop, but is killed after " + Times.text(grace.value()),
                                total,
                                grace,
                                "set " + grace.name() + " to " + Times.above(total.value()) + inUnit(workload)
                                        + ", or lower " + SettingTable.TOTAL));
        workload.variable(SettingTable.GRACE_VARIABLE)
                .ifPresent(told -> Times.SYSTEMD
                        .parse(told.value())
                        .ifPresentOrElse(
                                time -> {
                                    Duration left = grace.value()
                                            .minus(workload.preStop()
                                                    .map(Value::value)
                                                    .orElse(Duration.ZERO));
                                    findings.expect(
                                            Rule.PLATFORM_GRACE_AS_TOLD,
                                            time.compareTo(left) <= 0,
                                            service.name() + " believes that it has " + Times.text(time)
                                                    + " to stop, but is killed after " + Times.text(left),
                                            told,
                                            grace,
                                            "set " + told.name() + " to what the platform waits from SIGTERM on, "
                                                    + left.toSeconds() + "s");
                                },
                                () -> findings.notChecked(
                                        told.place() + ": " + told.name() + ", which is no time such as 30s")));
    }

    private void checkParts(Service service, Value<Duration> total) {
        Duration stop = total.value().dividedBy(SettingTable.STOP_PARTS);
        service.time(SettingTable.LINGER).ifPresent(linger -> {
            Duration drain = total.value().minus(linger.value()).minus(stop);
            boolean fits = !drain.isNegative() && !drain.isZero();
            findings.expect(
                    Rule.LINGER_WITHIN_TOTAL,
                    fits,
                    service.name() + " does not start: of " + Times.text(total.value()) + ", "
                            + Times.text(linger.value())
                            + " of linger and " + Times.text(stop)
                            + " held back for the stop leave nothing for draining",
                    linger,
                    total,
                    "lower " + SettingTable.LINGER + ", or raise " + SettingTable.TOTAL
                            + " and the grace period with it");
            if (fits) {
                service.time(SettingTable.PATIENCE)
                        .ifPresent(patience -> findings.expect(
                                Rule.PATIENCE_WITHIN_DRAIN,
                                patience.value().compareTo(drain) <= 0,
                                "requests of " + service.name() + " may take " + Times.text(patience.value())
                                        + ", but the drain cuts them after " + Times.text(drain) + " ("
                                        + Times.text(total.value()) + " less linger " + Times.text(linger.value())
                                        + " and stop " + Times.text(stop) + ")",
                                patience,
                                total,
                                "raise " + SettingTable.TOTAL + " and the grace period with it, or lower "
                                        + SettingTable.PATIENCE));
            }
        });
    }

    private static String inUnit(Workload workload) {
        return workload.platform() == Workload.Platform.KUBERNETES ? "" : "s";
    }
}
