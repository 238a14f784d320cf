package dev.quiesce.ops.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that fit, and one mistake at a time in them. */
class SeededMistakesTest {
    @TempDir
    private Path folder;

    private static Arguments seed(String file, String right, String wrong, String... findings) {
        return Arguments.of(file, right, wrong, List.of(findings));
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                seed(
                        "docker/compose.yaml",
                        "stop_grace_period: 12s",
                        "stop_grace_period: 9s",
                        "total-within-grace | service.properties:2 shutdown.timeout: 9s | compose.yaml:4 stop_grace_period: 9s",
                        "platform-grace-as-told | compose.yaml:10 QUIESCE_PLATFORM_GRACE: 12s | compose.yaml:4 stop_grace_period: 9s"),
                seed(
                        "docker/compose.yaml",
                        "  stop_grace_period: 12s\n",
                        "",
                        "platform-grace-as-told | compose.yaml:9 QUIESCE_PLATFORM_GRACE: 12s | compose.yaml:12 stop_grace_period: 10s (default)",
                        "platform-grace-as-told | compose.yaml:9 QUIESCE_PLATFORM_GRACE: 12s | compose.yaml:15 stop_grace_period: 10s (default)"),
                seed(
                        "docker/compose.yaml",
                        "QUIESCE_PLATFORM_GRACE: 12s",
                        "QUIESCE_PLATFORM_GRACE: 1min",
                        "platform-grace-as-told | compose.yaml:10 QUIESCE_PLATFORM_GRACE: 1min | compose.yaml:4 stop_grace_period: 12s"),
                seed(
                        "docker/compose.yaml",
                        "QUIESCE_SHUTDOWN_LINGER: 1s",
                        "QUIESCE_SHUTDOWN_LINGER: 7s",
                        "linger-within-total | compose.yaml:9 QUIESCE_SHUTDOWN_LINGER: 7s | service.properties:2 shutdown.timeout: 9s"),
                seed(
                        "docker/service.properties",
                        "admission.patience = 5s",
                        "admission.patience = 7s",
                        "patience-within-drain | service.properties:3 admission.patience: 7s | service.properties:2 shutdown.timeout: 9s"),
                seed(
                        "docker/service.properties",
                        "statement-timeout = 3s",
                        "statement-timeout = 4s",
                        "statement-within-patience | service.properties:6 db.main.acquire-timeout + db.main.statement-timeout: 1s + 4s | service.properties:3 admission.patience: 5s"),
                seed(
                        "docker/service.properties",
                        "db.d4.pool-size = 8",
                        "db.d4.pool-size = 80",
                        "pools-within-max-connections | service.properties:9 db.d4.pool-size: 80 | compose.yaml:32 --max-connections: 80"),
                seed(
                        "docker/service.properties",
                        "shutdown.timeout = 9s",
                        "shutdown.timout = 9s",
                        "setting-known | service.properties:2 shutdown.timout: set | the service itself:0 its settings: no such key"),
                seed(
                        "docker/service.properties",
                        "shutdown.timeout = 9s",
                        "shutdown.timeout = 9",
                        "setting-readable | service.properties:2 shutdown.timeout: 9 | the service itself:0 shutdown.timeout: a time such as 1500ms or 8s"),
                seed(
                        "docker/compose.yaml",
                        "\"/bin/sh\", \"-c\", \"exec node",
                        "\"/bin/sh\", \"-c\", \"node",
                        "process-gets-signal | compose.yaml:27 entrypoint: /bin/sh -c … | compose.yaml:24 stop_grace_period: 10s (default)"),
                seed(
                        "docker/compose.yaml",
                        "  stop_grace_period: 12s",
                        "  stop_signal: SIGQUIT\n  stop_grace_period: 12s",
                        "signal-handled | compose.yaml:4 stop_signal: SIGQUIT | compose.yaml:14 board-blue: the service",
                        "signal-handled | compose.yaml:4 stop_signal: SIGQUIT | compose.yaml:17 board-green: the service"),
                seed(
                        "docker/compose.yaml",
                        "    memswap_limit: 96m\n",
                        "",
                        "swap-bounded | compose.yaml:22 mem_limit: 96m | compose.yaml:19 memswap_limit: missing"),
                seed(
                        "docker/compose.yaml",
                        "mem_limit: 128m",
                        "mem_limit: 128",
                        "memory-unit | compose.yaml:28 mem_limit: 128 | compose.yaml:24 front: a service"),
                seed(
                        "docker/nginx.conf",
                        "worker_shutdown_timeout 30s;",
                        "",
                        "old-workers-end | nginx.conf:1 worker_shutdown_timeout: missing | service.properties:3 admission.patience: 5s"),
                seed(
                        "docker/nginx.conf",
                        "worker_shutdown_timeout 30s;",
                        "worker_shutdown_timeout 5s;",
                        "old-workers-finish | nginx.conf:2 worker_shutdown_timeout: 5s | service.properties:3 admission.patience: 5s"),
                seed(
                        "docker/nginx.conf",
                        "proxy_read_timeout 10s",
                        "proxy_read_timeout 4s",
                        "patience-within-proxy-read | service.properties:3 admission.patience: 5s | nginx.conf:25 proxy_read_timeout: 4s"),
                seed(
                        "docker/nginx.conf",
                        "proxy_read_timeout 1m30s",
                        "proxy_read_timeout 20s",
                        "heartbeat-within-proxy-read | nginx.conf:32 proxy_read_timeout: 20s | the service itself:0 ping interval: 25 s"),
                seed(
                        "docker/nginx.conf",
                        "keepalive_timeout 60s",
                        "keepalive_timeout 75",
                        "proxy-closes-idle-first | nginx.conf:14 keepalive_timeout: 75 | the service itself:0 idle timeout: 75 s"),
                seed(
                        "docker/nginx.conf",
                        "error timeout;",
                        "error timeout non_idempotent;",
                        "unsafe-not-repeated | nginx.conf:26 proxy_next_upstream: error timeout non_idempotent | nginx.conf:23 proxy_pass: http://board"),
                seed(
                        "docker/nginx.conf",
                        "# one colour",
                        "\n        server 127.0.0.1:8002;",
                        "one-server-or-no-counting | nginx.conf:12 server: 127.0.0.1:8001 | nginx.conf:13 server: 127.0.0.1:8002"),
                seed(
                        "docker/nginx.conf",
                        "            proxy_set_header Connection $connection_upgrade;\n",
                        "",
                        "upgrade-whole | nginx.conf:30 proxy_set_header: Upgrade $http_upgrade | nginx.conf:28 proxy_set_header Connection: missing",
                        "keepalive-in-use | nginx.conf:13 keepalive: 32 | nginx.conf:28 proxy_set_header Connection: close (default)"),
                seed(
                        "docker/nginx.conf",
                        "            proxy_set_header Upgrade $http_upgrade;\n",
                        "",
                        "upgrade-whole | nginx.conf:30 proxy_set_header: Connection $connection_upgrade | nginx.conf:28 proxy_set_header Upgrade: missing"),
                seed(
                        "docker/nginx.conf",
                        "        proxy_http_version 1.1;\n",
                        "",
                        "keepalive-in-use | nginx.conf:13 keepalive: 32 | nginx.conf:21 proxy_http_version: 1.0 (default)",
                        "upgrade-whole | nginx.conf:29 proxy_set_header: Upgrade $http_upgrade | nginx.conf:27 proxy_http_version: 1.0 (default)",
                        "keepalive-in-use | nginx.conf:13 keepalive: 32 | nginx.conf:27 proxy_http_version: 1.0 (default)"),
                seed(
                        "docker/nginx.conf",
                        "''      '';",
                        "''      close;",
                        "keepalive-in-use | nginx.conf:13 keepalive: 32 | nginx.conf:9 '': close"),
                seed(
                        "docker/nginx.conf",
                        "proxy_set_header Connection \"\";",
                        "proxy_set_header Host $host;",
                        "keepalive-in-use | nginx.conf:13 keepalive: 32 | nginx.conf:22 proxy_set_header Connection: close (default)"),
                seed(
                        "docker/nginx.conf",
                        "server 127.0.0.1:8001;",
                        "server board-blue:8001;",
                        "upstream-resolved-again | nginx.conf:12 server: board-blue:8001 | compose.yaml:13 board-blue: a container"),
                seed(
                        "docker/Dockerfile",
                        "[\"java\", \"-jar\", \"/opt/board/board.jar\"]",
                        "java -jar /opt/board/board.jar",
                        "process-gets-signal | Dockerfile:5 ENTRYPOINT: java -jar /opt/board/board.jar | Dockerfile:4 STOPSIGNAL: SIGTERM"),
                seed(
                        "docker/Dockerfile",
                        "SIGTERM",
                        "SIGKILL",
                        "signal-handled | Dockerfile:4 STOPSIGNAL: SIGKILL | Dockerfile:5 ENTRYPOINT: [\"java\", \"-jar\", \"/opt/board/board.jar\"]"),
                seed(
                        "deploy/deploy.properties",
                        "stop.timeout = 25s",
                        "stop.timeout = 20s",
                        "total-within-grace | deploy.properties:3 QUIESCE_SHUTDOWN_TIMEOUT: 20s | deploy.properties:14 stop.timeout: 20s",
                        "platform-grace-as-told | deploy.properties:3 QUIESCE_PLATFORM_GRACE: 25s | deploy.properties:14 stop.timeout: 20s"),
                seed(
                        "deploy/deploy.properties",
                        "QUIESCE_PLATFORM_GRACE=25s",
                        "QUIESCE_PLATFORM_GRACE=30s",
                        "platform-grace-as-told | deploy.properties:3 QUIESCE_PLATFORM_GRACE: 30s | deploy.properties:14 stop.timeout: 25s"),
                seed(
                        "deploy/deploy.properties",
                        "QUIESCE_ADMIN_PORT=",
                        "QUIESCE_ADMN_PORT=",
                        "setting-known | deploy.properties:3 QUIESCE_ADMN_PORT: set | the service itself:0 its settings: no such variable"),
                seed(
                        "deploy/deploy.properties",
                        " --memory-swap 256m",
                        "",
                        "swap-bounded | deploy.properties:3 --memory: 256m | deploy.properties:3 --memory-swap: missing"),
                seed(
                        "deploy/deploy.properties",
                        "--memory 256m",
                        "--memory=500",
                        "memory-unit | deploy.properties:3 --memory: 500 | deploy.properties:3 app: a container"),
                seed(
                        "deploy/deploy.properties",
                        "--memory 256m",
                        "--memory 256m --stop-signal SIGQUIT",
                        "signal-handled | deploy.properties:3 --stop-signal: SIGQUIT | deploy.properties:14 stop.timeout: 25s"),
                seed(
                        "deploy/deploy.properties",
                        "switch.longest-request = 10s",
                        "switch.longest-request = 3s",
                        "patience-within-longest-request | deploy.properties:13 switch.longest-request: 3s | deploy.properties:3 admission.patience: 4s (default)"),
                seed(
                        "deploy/deploy.properties",
                        "switch.longest-request = 10s",
                        "switch.longest-request = 2m",
                        "longest-request-within-workers | deploy.properties:13 switch.longest-request: 2m | nginx.conf:1 worker_shutdown_timeout: 90s"),
                seed(
                        "deploy/deploy.properties",
                        "switch.longest-request = 10s\n",
                        "",
                        "workers-within-switch | nginx.conf:1 worker_shutdown_timeout: 90s | deploy.properties:1 switch.timeout: 60s (default)"),
                seed(
                        "deploy/deploy.properties",
                        "green.port = 8082",
                        "green.port = 8081",
                        "deploy-file-accepted | deploy.properties:6 blue.port: 8081 | deploy itself:0 the file: refused",
                        "deploy-file-accepted | deploy.properties:10 ready.url: http://127.0.0.1:{port}/ | deploy itself:0 the file: refused",
                        "deploy-file-accepted | deploy.properties:12 upstream.content: upstream app { server 127.0.0.1:{port}; keepalive 16; } | deploy itself:0 the file: refused"),
                seed(
                        "deploy/deploy.properties",
                        "ready.url = http://127.0.0.1:{port}/\n",
                        "",
                        "deploy-file-accepted | deploy.properties:1 ready.url: missing | deploy itself:0 the file: refused"),
                seed(
                        "systemd/unit.properties",
                        "stop.timeout = 60s",
                        "stop.timeout = 15s",
                        "stop-within-deploy | board.service:10 QUIESCE_SHUTDOWN_TIMEOUT: 20s | unit.properties:5 stop.timeout: 15s"),
                seed(
                        "systemd/unit.properties",
                        "systemd.unit = board.service",
                        "systemd.unit = board",
                        "deploy-file-accepted | unit.properties:2 systemd.unit: board | deploy itself:0 the file: refused"),
                seed(
                        "systemd/board.service",
                        "TimeoutStopSec=30",
                        "TimeoutStopSec=15",
                        "total-within-grace | board.service:10 QUIESCE_SHUTDOWN_TIMEOUT: 20s | board.service:15 TimeoutStopSec: 15"),
                seed(
                        "systemd/board.service",
                        "Type=notify",
                        "Type=exec",
                        "unit-notifies | board.service:6 Type: exec | board.service:12 ExecStart: /usr/bin/java -Xmx256m  -jar /opt/board/board.jar"),
                seed(
                        "systemd/board.service",
                        "NotifyAccess=all\n",
                        "",
                        "notifications-heard | board.service:5 NotifyAccess: main (default) | board.service:6 Type: notify"),
                seed(
                        "systemd/board.service",
                        "KillMode=mixed",
                        "KillMode=process",
                        "kill-mode | board.service:16 KillMode: process | board.service:12 ExecStart: /usr/bin/java -Xmx256m  -jar /opt/board/board.jar"),
                seed(
                        "systemd/board.service",
                        "KillSignal=SIGTERM",
                        "KillSignal=SIGHUP",
                        "signal-handled | board.service:17 KillSignal: SIGHUP | board.service:12 ExecStart: /usr/bin/java -Xmx256m  -jar /opt/board/board.jar"),
                seed(
                        "systemd/board.service",
                        "TimeoutStartSec=1min 30s",
                        "TimeoutStartSec=45s",
                        "start-within-timeout | board.service:14 TimeoutStartSec: 45s | the service itself:0 start: 60 s"),
                seed(
                        "systemd/board.service",
                        "\"QUIESCE_HTTP_INHERITED=true\" ",
                        "",
                        "inherited-socket-used | board.service:5 http.inherited: false (default) | board.service:8 StandardInput: socket"),
                seed(
                        "systemd/site.conf",
                        "8081 max_fails=0",
                        "8081",
                        "one-server-or-no-counting | site.conf:3 server: 127.0.0.1:8081 | site.conf:1 upstream: board"),
                seed(
                        "systemd/my.cnf",
                        "max-connections = 100",
                        "max-connections = 40",
                        "pools-within-max-connections | board.service:5 db.main.pool-size: 10 (default) | my.cnf:4 max-connections: 40"),
                seed(
                        "kubernetes/board.yaml",
                        "terminationGracePeriodSeconds: 40",
                        "terminationGracePeriodSeconds: 25",
                        "pre-stop-within-grace | board.yaml:35 preStop + QUIESCE_SHUTDOWN_TIMEOUT: 5 s + 20s | board.yaml:22 terminationGracePeriodSeconds: 25"),
                seed(
                        "kubernetes/board.yaml",
                        "          readinessProbe:\n            httpGet: {path: /readyz, port: 8081}\n",
                        "",
                        "readiness-probed | board.yaml:24 readinessProbe: missing | the service itself:0 /readyz: answered by the management listener"),
                seed(
                        "kubernetes/board.yaml",
                        "path: /livez",
                        "path: /readyz",
                        "liveness-apart | board.yaml:41 livenessProbe: /readyz | board.yaml:39 readinessProbe: /readyz"),
                seed(
                        "kubernetes/board.yaml",
                        "          lifecycle:\n            preStop:\n              exec:\n                command: [\"sh\", \"-c\", \"sleep 5\"]\n",
                        "",
                        "endpoints-left | board.yaml:24 shutdown.linger: 0s (default) | board.yaml:24 preStop: missing"),
                seed(
                        "kubernetes/board.yaml",
                        "maxUnavailable: 0",
                        "maxUnavailable: 100%",
                        "rollout-without-gap | board.yaml:16 maxUnavailable: 100% | board.yaml:14 replicas: 3"),
                seed(
                        "kubernetes/board.yaml",
                        "minReadySeconds: 5",
                        "minReadySeconds: 2",
                        "ramp-within-min-ready | board.yaml:15 minReadySeconds: 2 | board.yaml:24 admission.ramp: 3s (default)"),
                seed(
                        "kubernetes/board.yaml",
                        "args: [\"--http-port=8080\"]",
                        "command: [sh, -c, \"java -jar board.jar\"]",
                        "process-gets-signal | board.yaml:26 command: sh -c … | board.yaml:22 terminationGracePeriodSeconds: 40"));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("mistakes")
    void mistake_isFound_withBothPlaces_andNothingElseIs(String file, String right, String wrong, List<String> findings)
            throws IOException {
        LintRun run = new LintRun(folder, Path.of(file).getParent().toString());
        run.replace(Path.of(file).getFileName().toString(), right, wrong);

        assertThat(run.findings()).isEqualTo(findings);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void filesThatFit_haveNoFindings_andNothingIsLeftOut(String files) throws IOException {
        LintRun run = new LintRun(folder, files);

        assertThat(run.findings()).isEmpty();
        assertThat(run.json("notChecked")).isEqualTo(List.of());
    }

    static Stream<String> folders() {
        return Stream.of("deploy", "docker", "kubernetes");
    }

    @Test
    void everyRule_hasAMistake() {
        List<String> found = mistakes()
                .flatMap(mistake -> ((List<?>) mistake.get()[3]).stream())
                .map(finding -> finding.toString().split(" ")[0])
                .toList();

        assertThat(found).containsAll(Stream.of(Rule.values()).map(Rule::id).toList());
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void everyRule_isToldInTheHandbook(Rule rule) throws IOException {
        assertThat(Files.readString(Path.of("../docs/lint.md"))).contains("\n| `" + rule.id() + "` | ");
    }
}
