package dev.quiesce.ops.lint;

import dev.quiesce.ops.lint.KubernetesReader.Pod;
import dev.quiesce.ops.lint.Nginx.Route;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Holds everything that is given against everything else. */
final class Lint {
    private final Inputs inputs;
    private final Findings findings;
    private final Nginx nginx;
    private final List<String> names;

    /**
     * Prepares the checks.
     *
     * @param names the workloads that are the service; empty to find out
     */
    Lint(Inputs inputs, Findings findings, List<String> names) {
        this.inputs = inputs;
        this.findings = findings;
        this.nginx = inputs.nginx();
        this.names = names;
    }

    void check(int colours, Optional<Integer> maxConnections) {
        List<Service> services = ours().stream()
                .map(workload -> new Service(workload, inputs.settings(), findings))
                .toList();
        StopRules stop = new StopRules(findings);
        DatabaseRules database = new DatabaseRules(findings, colours);
        services.forEach(stop::check);
        services.forEach(database::checkPatience);
        if (!services.isEmpty()) {
            database.checkCapacity(services, inputs, maxConnections);
        }
        checkContainers(services);
        checkNginx(services);
        checkDeploys(services);
        for (IniFile unit : inputs.units()) {
            serviceAt(services, unit.place(SystemdReader.SERVICE))
                    .ifPresent(service -> new SystemdRules(findings).check(unit, service));
        }
        for (Pod pod : inputs.pods()) {
            serviceAt(services, pod.workload().place())
                    .ifPresent(service -> new KubernetesRules(findings).check(pod, service));
        }
    }

    /** Returns the workloads that are the service, as far as that can be told. */
    private List<Workload> ours() {
        List<Workload> all = inputs.workloads();
        if (!names.isEmpty()) {
            return all.stream()
                    .filter(workload -> names.contains(workload.name()))
                    .toList();
        }
        List<Workload> told = all.stream().filter(Workload::isTold).toList();
        if (!told.isEmpty()) {
            return told;
        }
        List<Workload> unknown =
                all.stream().filter(workload -> !workload.isKnownProgram()).toList();
        if (unknown.size() == 1) {
            return unknown;
        }
        if (unknown.size() > 1) {
            findings.notChecked("the time budgets of the service: which is it, "
                    + String.join(", ", unknown.stream().map(Workload::name).toList())
                    + "? Name it by --service");
            return List.of();
        }
        Place place = inputs.settings().stream()
                .findFirst()
                .map(first -> new Place(first.place().file(), 1))
                .orElse(Place.SERVICE);
        if (inputs.settings().isEmpty() && nginx.isEmpty() || !all.isEmpty()) {
            return List.of();
        }
        findings.notChecked("the grace period: nothing is given that starts and stops the service");
        return List.of(new Workload(
                Workload.Platform.COMPOSE,
                "the service",
                place,
                "",
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                1,
                Optional.empty(),
                List.of()));
    }

    private static Optional<Service> serviceAt(List<Service> services, Place place) {
        return services.stream()
                .filter(service -> service.workload().place().equals(place))
                .findFirst();
    }

    private void checkContainers(List<Service> services) {
        ContainerRules rules = new ContainerRules(findings);
        for (Yaml service : inputs.composeServices()) {
            rules.checkMemory(service);
            service.get("stop_signal")
                    .filter(signal -> serviceAt(services, service.place()).isPresent())
                    .ifPresent(signal -> rules.checkStopSignal(
                            service.name(), signal.value(), Value.of(service.name(), "the service", service.place())));
        }
        inputs.workloads().stream()
                .filter(workload -> workload.platform() != Workload.Platform.SYSTEMD)
                .forEach(rules::checkSignal);
        inputs.dockerfiles().forEach(rules::check);
    }

    private void checkDeploys(List<Service> services) {
        Optional<Value<Duration>> workers =
                inputs.deploys().isEmpty() ? Optional.empty() : new NginxRules(nginx, findings).workerShutdown();
        for (Deploy deploy : inputs.deploys()) {
            new DeployRules(findings)
                    .check(
                            deploy,
                            services.stream()
                                    .filter(service -> isDeployedBy(deploy, service.workload()))
                                    .toList(),
                            workers);
        }
    }

    private boolean isDeployedBy(Deploy deploy, Workload workload) {
        String unit = deploy.file().unit();
        return unit == null
                ? deploy.file().instances().stream()
                        .anyMatch(instance -> instance.name().equals(workload.name()))
                : inputs.workloads().isEmpty() || unit.equals(workload.name() + ".service");
    }

    private void checkNginx(List<Service> services) {
        if (nginx.isEmpty()) {
            if (!services.isEmpty() && inputs.pods().isEmpty()) {
                findings.notChecked("the proxy's time limits: no configuration of nginx is given");
            }
            return;
        }
        NginxRules rules = new NginxRules(nginx, findings);
        rules.checkWorkers(services);
        for (Route route : nginx.routes()) {
            rules.checkNames(route, inputs.workloads());
            servicesAt(route, services).forEach(service -> rules.check(route, service));
        }
    }

    /** Returns the services that a route leads to: those that are named there, or, unless another is, one of each kind. */
    private List<Service> servicesAt(Route route, List<Service> services) {
        List<Service> named =
                services.stream().filter(service -> leadsTo(route, service)).toList();
        if (!named.isEmpty()) {
            return named;
        }
        boolean foreign = inputs.workloads().stream()
                .anyMatch(workload -> route.servers().stream()
                        .anyMatch(server -> NginxRules.hostOf(server.value()).equals(workload.name())
                                || workload.ports().contains(portOf(server.value()))));
        if (foreign) {
            return List.of();
        }
        Map<String, Service> families = new LinkedHashMap<>();
        services.forEach(service -> families.putIfAbsent(service.workload().family(), service));
        return new ArrayList<>(families.values());
    }

    private static boolean leadsTo(Route route, Service service) {
        Workload workload = service.workload();
        Optional<String> port = service.number(SettingTable.HTTP_PORT)
                .filter(set -> workload.ports().isEmpty())
                .map(set -> set.value().toString());
        Optional<String> socket = service.text("http.socket")
                .map(set -> Path.of(set.value()).getFileName())
                .map(Path::toString);
        return route.servers().stream().map(Value::value).anyMatch(server -> {
            String host = NginxRules.hostOf(server);
            return host.equals(workload.name())
                    || workload.ports().contains(portOf(server))
                    || port.map(portOf(server)::equals).orElse(false)
                    || host.startsWith("unix:")
                            && socket.map(name -> host.endsWith("/" + name)).orElse(false);
        });
    }

    private static String portOf(String server) {
        String address = server.split("\\s", 2)[0];
        return address.startsWith("unix:") ? "" : address.replaceFirst(".*:", "");
    }
}
