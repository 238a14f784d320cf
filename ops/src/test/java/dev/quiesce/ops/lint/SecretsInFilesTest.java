package dev.quiesce.ops.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files with mistakes where secrets stand: what is found is shown without them. */
class SecretsInFilesTest {
    private static final String SECRET = "hunter2";

    @TempDir
    private Path folder;

    static Stream<Arguments> files() {
        return Stream.of(
                Arguments.of("board.service", "unit-notifies", """
                        [Service]
                        Environment=QUIESCE_DB_MAIN_PASSWORD=hunter2 QUIESCE_HTTP_PORT=http://me:hunter2@here
                        ExecStart=/usr/bin/java -jar board.jar --db-main-password=hunter2 --db-d4-password hunter2
                        TimeoutStopSec=API_KEY=hunter2
                        KillMode=process
                        """),
                Arguments.of("Dockerfile", "process-gets-signal", """
                        FROM base
                        STOPSIGNAL SIGQUIT
                        ENTRYPOINT java -jar board.jar --db-main-password "one hunter2"
                        """),
                Arguments.of("Dockerfile.list", "process-gets-signal", """
                        FROM base
                        CMD ["sh", "-c", "DB_TOKEN=hunter2 java -jar board.jar"]
                        """),
                Arguments.of("compose.yaml", "setting-readable", """
                        services:
                          board:
                            image: https://me:hunter2@registry/board
                            environment:
                              QUIESCE_DB_MAIN_PASSWORD: hunter2
                              QUIESCE_DB_MAIN_PASSWORDS: hunter2
                              QUIESCE_HTTP_PORT: http://me:hunter2@here
                              QUIESCE_SHUTDOWN_TIMEOUT: client_secret=hunter2
                            stop_grace_period: token:hunter2
                            stop_signal: password=hunter2
                            entrypoint: sh -c "java -jar board.jar --db-main-password=hunter2"
                        """),
                Arguments.of("service.properties", "setting-readable", """
                        db.main.password = hunter2
                        db.main.pasword = hunter2
                        http.port = jdbc:mariadb://here/main?password=hunter2
                        shutdown.timeout = //me:hunter2@here
                        """),
                Arguments.of("nginx.conf", "upgrade-whole", """
                        events { }
                        http {
                          include //me:hunter2@here/none.conf;
                          server {
                            proxy_set_header Upgrade $http_upgrade;
                            location /a {
                              proxy_set_header Authorization "Bearer hunter2";
                              proxy_read_timeout token=hunter2;
                              proxy_pass http://me:hunter2@here;
                            }
                            location /b { proxy_pass $scheme://me:hunter2@here; }
                          }
                        }
                        """),
                Arguments.of("broken.conf", "is not ended by", """
                        http {
                          proxy_set_header Authorization "Bearer hunter2"
                        }
                        """),
                Arguments.of("broken.yaml", "is no YAML", """
                        services: {board: {environment: {PASSWORD: hunter2, *no}}}
                        """),
                Arguments.of("deploy.properties", "deploy-file-accepted", """
                        service = app
                        run.options = --rm --env QUIESCE_DB_MAIN_PASSWORD=hunter2
                        blue.db-password = hunter2
                        green.db-password = hunter2
                        ready.url = //me:hunter2@here
                        probe.url = ftp://me:hunter2@here
                        stop.timeout = token=hunter2
                        upstream.file = /etc/nginx/app.conf
                        upstream.content = upstream app { server me:hunter2@here; }
                        """),
                Arguments.of("sound.properties", "total-within-grace", """
                        service = app
                        run.options = --memory=password=hunter2 --env QUIESCE_DB_MAIN_PASSWORD=hunter2
                        run.command = sh -c java --db-main-password=hunter2
                        stop.timeout = 5s
                        ready.url = http://me:hunter2@here/{colour}
                        upstream.file = /etc/nginx/app.conf
                        upstream.content = upstream app { server {colour}; }
                        """),
                Arguments.of("pod.yaml", "setting-readable", """
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: board}
                        spec:
                          containers:
                            - name: board
                              image: board
                              env:
                                - {name: QUIESCE_DB_MAIN_PASSWORD, value: hunter2}
                                - {name: QUIESCE_ADMIN_PORT, value: "http://me:hunter2@here"}
                              args: ["--http-port", "token=hunter2", "--db-main-password", "hunter2"]
                              livenessProbe: {httpGet: {path: "/livez?token=hunter2"}}
                              readinessProbe: {httpGet: {path: "/livez?token=hunter2"}}
                        """));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void secretsInAFile_areInNoFinding(String name, String finding, String text) throws IOException {
        String file = Files.writeString(folder.resolve(name), text).toString();

        assertThat(text).contains(SECRET);
        assertThat(said(file)).contains(finding).doesNotContain(SECRET);
        assertThat(said("--json", file)).contains(finding).doesNotContain(SECRET);
    }

    private static String said(String... arguments) {
        LintRun.Said said = LintRun.refused(arguments);
        return said.out() + said.err();
    }
}
