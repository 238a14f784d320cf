package dev.quiesce.ops.lint;

import dev.quiesce.ops.lint.Nginx.Route;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Whether nginx waits for the service, closes before it, and forgets it in time. */
final class NginxRules {
    private static final Duration DEFAULT = Duration.ofSeconds(60);

    private static final String WORKER_SHUTDOWN = "worker_shutdown_timeout";

    private final Nginx nginx;
    private final Findings findings;

    NginxRules(Nginx nginx, Findings findings) {
        this.nginx = nginx;
        this.findings = findings;
    }

    /** Checks what concerns all routes. */
    void checkWorkers(List<Service> services) {
        String name = WORKER_SHUTDOWN;
        if (!nginx.isWhole()) {
            findings.notChecked("worker_shutdown_timeout: what is given is included by nginx.conf; give that as well");
            return;
        }
        Optional<Value<Duration>> longest = services.stream()
                .flatMap(service -> service.time(SettingTable.PATIENCE).stream())
                .max(Comparator.comparing(Value::value));
        Optional<Directive> set = nginx.find(name);
        findings.expect(
                Rule.OLD_WORKERS_END,
                set.isPresent(),
                "one socket or slow download keeps an old worker for ever: each reload leaves one more",
                Value.missing(name, nginx.place()),
                longest.<Value<?>>map(value -> value).orElse(Value.of("reload", "per deploy", nginx.place())),
                "write worker_shutdown_timeout 30s; outside of http");
        workerShutdown()
                .ifPresent(timeout -> longest.ifPresent(request -> findings.expect(
                        Rule.OLD_WORKERS_FINISH,
                        timeout.value().compareTo(request.value()) > 0,
                        "a reload cuts requests in flight after " + Times.text(timeout.value()) + ", but they may take "
                                + Times.text(request.value()),
                        timeout,
                        request,
                        "raise worker_shutdown_timeout to " + Times.above(request.value()) + "s")));
    }

    /** Returns how long old workers live on after a reload, if that is given. */
    Optional<Value<Duration>> workerShutdown() {
        return nginx.find(WORKER_SHUTDOWN).flatMap(this::time);
    }

    /** Checks a route to a service. */
    void check(Route route, Service service) {
        boolean upgrades = checkUpgrade(route);
        Value<Duration> read = timeOf(route, "proxy_read_timeout");
        if (upgrades) {
            findings.expect(
                    Rule.HEARTBEAT_WITHIN_PROXY_READ,
                    read.value().compareTo(SettingTable.PING_INTERVAL) > 0,
                    "nginx cuts a quiet socket after " + Times.text(read.value()) + ", before its next ping",
                    read,
                    new Value<>(
                            "ping interval",
                            SettingTable.PING_INTERVAL,
                            Times.text(SettingTable.PING_INTERVAL),
                            Place.SERVICE),
                    "raise proxy_read_timeout to " + 2 * SettingTable.PING_INTERVAL.toSeconds() + "s or more");
        }
        service.time(SettingTable.PATIENCE)
                .ifPresent(patience -> findings.expect(
                        Rule.PATIENCE_WITHIN_PROXY_READ,
                        patience.value().compareTo(read.value()) < 0,
                        "nginx answers 504 after " + Times.text(read.value()) + ", while " + service.name()
                                + " may still work for " + Times.text(patience.value()),
                        patience,
                        read,
                        "raise proxy_read_timeout above " + patience.value().toSeconds() + "s, or lower "
                                + SettingTable.PATIENCE));
        for (Directive next : route.location().effective("proxy_next_upstream")) {
            findings.expect(
                    Rule.UNSAFE_NOT_REPEATED,
                    !next.arguments().contains("non_idempotent"),
                    "nginx sends a POST again that may have been executed: it is done twice",
                    next.value(),
                    route.pass().value(),
                    "remove non_idempotent");
        }
        route.upstream().ifPresent(upstream -> checkGroup(route, upstream));
    }

    /** Checks whether a name that nginx resolves only once belongs to something that gets another address. */
    void checkNames(Route route, List<Workload> workloads) {
        for (Value<String> server : route.servers()) {
            for (Workload workload : workloads) {
                if (workload.platform() == Workload.Platform.COMPOSE
                        && hostOf(server.value()).equals(workload.name())) {
                    findings.expect(
                            Rule.UPSTREAM_RESOLVED_AGAIN,
                            server.value().contains(" resolve"),
                            "nginx looks up " + workload.name()
                                    + " once, when it starts; a container that is made anew has another address",
                            server,
                            Value.of(workload.name(), "a container", workload.place()),
                            "publish the container on 127.0.0.1 and name that port, or use a socket of the Unix domain");
                }
            }
        }
    }

    static String hostOf(String server) {
        return server.split("\\s", 2)[0].replaceFirst(":\\d+$", "");
    }

    private boolean checkUpgrade(Route route) {
        List<Directive> headers = route.location().effective("proxy_set_header");
        Optional<Directive> upgrade = header(headers, "Upgrade");
        Optional<Directive> connection = header(headers, "Connection");
        Optional<Directive> outer = nginx.all("proxy_set_header")
                .filter(each -> each.argument(0).equalsIgnoreCase("Upgrade") && isAbove(each, route.location()))
                .findFirst();
        if (upgrade.isEmpty() && outer.isPresent() && !headers.isEmpty()) {
            findings.expect(
                    Rule.UPGRADE_WHOLE,
                    false,
                    "a proxy_set_header in a block takes back all of those outside, the one for sockets included",
                    headers.get(0).value(),
                    outer.get().value(),
                    "repeat the headers of the outer block, or move this one out");
        }
        boolean asksFor = connection.map(NginxRules::asksForUpgrade).orElse(false);
        if (upgrade.isEmpty() && !asksFor) {
            return false;
        }
        Value<String> there = upgrade.or(() -> connection).orElseThrow().value();
        findings.expect(
                Rule.UPGRADE_WHOLE,
                upgrade.isPresent() && asksFor,
                "sockets get no upgrade: the headers Upgrade and Connection are both for one hop, and nginx drops them",
                there,
                Value.missing(
                        upgrade.isPresent() ? "proxy_set_header Connection" : "proxy_set_header Upgrade",
                        route.location().place()),
                "set both: Upgrade $http_upgrade, and Connection $connection_upgrade by a map");
        Value<String> version = httpVersion(route);
        findings.expect(
                Rule.UPGRADE_WHOLE,
                !version.value().equals("1.0"),
                "sockets get no upgrade: nginx speaks HTTP/1.0 to the service",
                there,
                version,
                "set proxy_http_version 1.1");
        return true;
    }

    private static boolean asksForUpgrade(Directive connection) {
        String value = connection.argument(1);
        return value.equalsIgnoreCase("upgrade") || value.startsWith("$");
    }

    private void checkGroup(Route route, Directive upstream) {
        List<Directive> servers = upstream.all("server").stream()
                .filter(server -> !server.arguments().contains("down"))
                .toList();
        List<Directive> counting = servers.stream()
                .filter(server -> !server.arguments().contains("max_fails=0"))
                .toList();
        findings.expect(
                Rule.ONE_SERVER_OR_NO_COUNTING,
                servers.size() < 2 || counting.isEmpty(),
                "a server that refuses one connection is left out for 10 s; if both have, nginx answers 502 to everything",
                counting.isEmpty() ? upstream.value() : counting.get(0).value(),
                counting.size() > 1 ? counting.get(1).value() : upstream.value(),
                "list one server in a group and switch it, or add max_fails=0 to each");
        upstream.find("keepalive")
                .filter(keepalive -> !keepalive.argument(0).equals("0"))
                .ifPresent(keepalive -> checkKeepalive(route, upstream, keepalive));
    }

    private void checkKeepalive(Route route, Directive upstream, Directive keepalive) {
        Value<Duration> idle = upstream.find("keepalive_timeout")
                .map(this::time)
                .orElse(Optional.of(Value.byDefault("keepalive_timeout", DEFAULT, "60s", upstream.place())))
                .orElse(Value.byDefault("keepalive_timeout", Duration.ZERO, "", upstream.place()));
        findings.expect(
                Rule.PROXY_CLOSES_IDLE_FIRST,
                idle.value().compareTo(SettingTable.HTTP_IDLE) < 0,
                "the service closes idle connections after " + Times.text(SettingTable.HTTP_IDLE)
                        + ", nginx after " + Times.text(idle.value())
                        + ": a POST that meets the close fails with 502",
                idle,
                new Value<>("idle timeout", SettingTable.HTTP_IDLE, Times.text(SettingTable.HTTP_IDLE), Place.SERVICE),
                "lower keepalive_timeout of the upstream to 60s");
        Value<String> version = httpVersion(route);
        findings.expect(
                Rule.KEEPALIVE_IN_USE,
                !version.value().equals("1.0"),
                "nginx keeps no connection to the service: it speaks HTTP/1.0",
                keepalive.value(),
                version,
                "set proxy_http_version 1.1");
        Optional<Directive> connection = header(route.location().effective("proxy_set_header"), "Connection");
        Value<String> sent = connection
                .map(Directive::value)
                .orElse(Value.byDefault(
                        "proxy_set_header Connection",
                        "close",
                        "close",
                        route.location().place()));
        String value = connection.map(each -> each.argument(1)).orElse("close");
        Optional<Directive> closing = mapsNothingToClose(value);
        findings.expect(
                Rule.KEEPALIVE_IN_USE,
                !value.equalsIgnoreCase("close") && closing.isEmpty(),
                "nginx keeps no connection to the service: it sends Connection: close with each request",
                keepalive.value(),
                closing.map(Directive::value).orElse(sent),
                closing.isPresent()
                        ? "in the map, write '' ''; in place of '' close;"
                        : "set proxy_set_header Connection \"\"");
    }

    /** Returns the line of a map by which requests that ask for no upgrade get {@code close}. */
    private Optional<Directive> mapsNothingToClose(String variable) {
        return nginx.all("map")
                .filter(map -> map.argument(1).equals(variable))
                .flatMap(map -> map.block().stream())
                .filter(line -> line.name().isEmpty() && line.argument(0).equalsIgnoreCase("close"))
                .findFirst();
    }

    private boolean isAbove(Directive header, Directive location) {
        return nginx.all("server")
                .filter(server -> server.block().contains(header))
                .anyMatch(server -> server.tree().anyMatch(location::equals) && server != location);
    }

    private static Optional<Directive> header(List<Directive> headers, String name) {
        return headers.stream()
                .filter(header -> header.argument(0).equalsIgnoreCase(name))
                .reduce((earlier, later) -> later);
    }

    private static Value<String> httpVersion(Route route) {
        List<Directive> set = route.location().effective("proxy_http_version");
        return set.isEmpty()
                ? Value.byDefault(
                        "proxy_http_version", "1.0", "1.0", route.location().place())
                : Value.of(
                        "proxy_http_version", set.get(0).argument(0), set.get(0).place());
    }

    private Value<Duration> timeOf(Route route, String name) {
        List<Directive> set = route.location().effective(name);
        return set.isEmpty()
                ? Value.byDefault(name, DEFAULT, "60s", route.location().place())
                : time(set.get(set.size() - 1))
                        .orElse(new Value<>(
                                name, Times.FOREVER, "unknown", route.location().place()));
    }

    private Optional<Value<Duration>> time(Directive directive) {
        Optional<Duration> time = Times.NGINX.parse(directive.argument(0));
        if (time.isEmpty()) {
            findings.notChecked(directive.place() + ": " + directive.name() + " "
                    + directive.value().text()
                    + " is no time such as 60s");
        }
        return time.map(each -> new Value<>(directive.name(), each, directive.argument(0), directive.place()));
    }
}
