package dev.quiesce.ops.lint;

import java.util.List;
import java.util.Optional;

/** Whether systemd knows when the service is ready, and lets it stop. */
final class SystemdRules {
    private static final String SERVICE = SystemdReader.SERVICE;

    private final Findings findings;

    SystemdRules(Findings findings) {
        this.findings = findings;
    }

    void check(IniFile unit, Service service) {
        Place place = unit.place(SERVICE);
        Value<String> type = value(unit, "Type", "simple", place);
        Value<String> start =
                unit.find(SERVICE, "ExecStart").map(IniFile.Entry::shown).orElse(Value.missing("ExecStart", place));
        boolean notifies = type.value().startsWith("notify");
        findings.expect(
                Rule.UNIT_NOTIFIES,
                notifies,
                "systemd takes " + service.name()
                        + " for ready as soon as its process runs, and learns nothing of its stop",
                type,
                start,
                "set Type=notify and NotifyAccess=all");
        Value<String> access = value(unit, "NotifyAccess", "main", place);
        if (notifies) {
            findings.expect(
                    Rule.NOTIFICATIONS_HEARD,
                    access.value().equals("all"),
                    service.name()
                            + " notifies by systemd-notify, a process of its own, which systemd does not listen to:"
                            + " the start times out",
                    access,
                    type,
                    "set NotifyAccess=all");
            SystemdReader.timeout(unit, "TimeoutStartSec", findings)
                    .ifPresent(timeout -> findings.expect(
                            Rule.START_WITHIN_TIMEOUT,
                            timeout.value().compareTo(SettingTable.START) > 0,
                            service.name() + " may take " + Times.text(SettingTable.START)
                                    + " to start, but systemd gives up after " + Times.text(timeout.value()),
                            timeout,
                            new Value<>("start", SettingTable.START, Times.text(SettingTable.START), Place.SERVICE),
                            "set TimeoutStartSec to " + Times.above(SettingTable.START) + "s"));
        }
        Value<String> mode = value(unit, "KillMode", "control-group", place);
        findings.expect(
                Rule.KILL_MODE,
                List.of("control-group", "mixed").contains(mode.value()),
                mode.value().equals("none")
                        ? service.name() + " is never told to stop, nor killed: its port stays taken"
                        : "what " + service.name() + " has started outlives it, and with it ports and files",
                mode,
                start,
                "set KillMode=mixed: SIGTERM to the service alone, SIGKILL to whatever is left");
        unit.find(SERVICE, "KillSignal")
                .map(IniFile.Entry::shown)
                .ifPresent(signal -> new ContainerRules(findings).checkStopSignal(service.name(), signal, start));
        checkSocket(unit, service, place);
    }

    private void checkSocket(IniFile unit, Service service, Place place) {
        Optional<Value<String>> inherited = service.text(SettingTable.INHERITED);
        Value<String> input = value(unit, "StandardInput", "null", place);
        inherited.ifPresent(setting -> findings.expect(
                Rule.INHERITED_SOCKET_USED,
                setting.value().equals("true") == input.value().equals("socket"),
                input.value().equals("socket")
                        ? "systemd keeps the port, but " + service.name()
                                + " does not take it over: nobody accepts there"
                        : service.name() + " expects the port as its standard input, where systemd gives it nothing",
                setting,
                input,
                input.value().equals("socket")
                        ? "set " + SettingTable.INHERITED + " to true"
                        : "set StandardInput=socket and StandardOutput=journal, and add a socket unit"));
    }

    private static Value<String> value(IniFile unit, String key, String standard, Place place) {
        return unit.find(SERVICE, key)
                .map(IniFile.Entry::shown)
                .orElse(Value.byDefault(key, standard, standard, place));
    }
}
