package dev.quiesce.ops.lint;

import dev.quiesce.ops.lint.KubernetesReader.Pod;
import java.time.Duration;
import java.util.Optional;

/** Whether Kubernetes sends requests to pods that can serve them, and to no others. */
final class KubernetesRules {
    private final Findings findings;

    KubernetesRules(Findings findings) {
        this.findings = findings;
    }

    void check(Pod pod, Service service) {
        Place place = pod.container().place();
        Optional<Yaml> readiness = pod.container().get("readinessProbe");
        findings.expect(
                Rule.READINESS_PROBED,
                readiness.isPresent(),
                "Kubernetes sends requests to " + service.name() + " before it is ready, and goes on while it stops",
                Value.missing("readinessProbe", place),
                Value.of("/readyz", "answered by the management listener", Place.SERVICE),
                "add a readinessProbe with httpGet /readyz on the management port");
        Optional<Yaml> liveness = pod.container().get("livenessProbe", "httpGet", "path");
        Optional<Yaml> readinessPath = readiness.flatMap(probe -> probe.get("httpGet", "path"));
        if (liveness.isPresent() && readinessPath.isPresent()) {
            findings.expect(
                    Rule.LIVENESS_APART,
                    !liveness.get().text().equals(readinessPath.get().text()),
                    "while " + service.name() + " drains it is not ready, and Kubernetes takes that for dead",
                    Value.of(
                            "livenessProbe",
                            liveness.get().text().orElse(""),
                            liveness.get().place()),
                    Value.of(
                            "readinessProbe",
                            readinessPath.get().text().orElse(""),
                            readinessPath.get().place()),
                    "probe /livez for liveness");
        }
        service.time(SettingTable.LINGER)
                .ifPresent(linger -> findings.expect(
                        Rule.ENDPOINTS_LEFT,
                        pod.workload().preStop().isPresent()
                                || pod.container().get("lifecycle", "preStop").isPresent()
                                || !linger.value().isZero(),
                        "requests still come to " + service.name()
                                + " while Kubernetes tells all nodes that it goes, and meet a closed port",
                        linger,
                        Value.missing("preStop", place),
                        "set " + SettingTable.LINGER + " to 5s with a total that has room for it, or add preStop with"
                                + " sleep"));
        if (pod.isRolledOut()) {
            checkRollout(pod, service);
        }
    }

    private void checkRollout(Pod pod, Service service) {
        Yaml manifest = pod.manifest();
        Optional<Yaml> strategy = manifest.get("spec", "strategy");
        int replicas = pod.workload().instances();
        boolean recreate = manifest.text("spec", "strategy", "type").orElse("").equals("Recreate");
        String unavailable = manifest.text("spec", "strategy", "rollingUpdate", "maxUnavailable")
                .orElse("25%");
        Place specification = manifest.get("spec").map(Yaml::place).orElse(manifest.place());
        findings.expect(
                Rule.ROLLOUT_WITHOUT_GAP,
                !recreate && KubernetesReader.amount(unavailable, replicas, false) < replicas,
                "a rollout stops every pod of " + service.name() + " before a new one is ready",
                recreate
                        ? Value.of(
                                "strategy", "Recreate", strategy.orElseThrow().place())
                        : Value.of(
                                "maxUnavailable",
                                unavailable,
                                strategy.map(Yaml::place).orElse(specification)),
                Value.of(
                        "replicas",
                        Integer.toString(replicas),
                        manifest.get("spec", "replicas").map(Yaml::place).orElse(specification)),
                "use RollingUpdate with maxUnavailable: 0 and maxSurge: 1");
        Optional<Yaml> minReady = manifest.get("spec", "minReadySeconds");
        Duration wait =
                minReady.flatMap(Yaml::text).flatMap(Times.SYSTEMD::parse).orElse(Duration.ZERO);
        service.time(SettingTable.RAMP)
                .ifPresent(ramp -> findings.expect(
                        Rule.RAMP_WITHIN_MIN_READY,
                        wait.compareTo(ramp.value()) >= 0,
                        "the rollout goes on while a new pod of " + service.name()
                                + " still takes few requests: it takes " + Times.text(ramp.value()) + " to take all",
                        minReady.map(set -> new Value<>(
                                        "minReadySeconds", wait, set.text().orElse(""), set.place()))
                                .orElse(Value.byDefault("minReadySeconds", wait, "0", specification)),
                        ramp,
                        "set minReadySeconds to " + ramp.value().plusMillis(999).toSeconds() + " or more"));
    }
}
