package dev.quiesce.ops.lint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.ops.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command says, and what it cannot tell. */
class LintCommandTest {
    @TempDir
    private Path folder;

    @Test
    void filesThatFit_areOneLine() throws IOException {
        LintRun.Said said = new LintRun(folder, "docker").run();

        assertThat(said.code()).isEqualTo(ExitCode.OK.code());
        assertThat(said.out().replace(folder + "/", ""))
                .matches("Dockerfile, compose.yaml, nginx.conf, service.properties: \\d+ checks, the budgets fit\n");
        assertThat(said.err()).isEmpty();
    }

    @Test
    void finding_isAPairWithBothPlaces_andTheChange() throws IOException {
        LintRun run = new LintRun(folder, "docker");
        run.replace("nginx.conf", "proxy_read_timeout 10s", "proxy_read_timeout 4s");

        LintRun.Said said = run.run();

        assertThat(said.code()).isEqualTo(ExitCode.REFUSED.code());
        assertThat(said.out().replace(folder + "/", "")).startsWith("""
                        patience-within-proxy-read  nginx answers 504 after 4 s, while board-blue may still work for 5 s
                          service.properties:3  admission.patience: 5s
                          nginx.conf:25         proxy_read_timeout: 4s
                          change: raise proxy_read_timeout above 5s, or lower admission.patience

                        Dockerfile, compose.yaml, nginx.conf, service.properties:""");
        assertThat(said.out()).endsWith(" checks, 1 finding\n");
    }

    @Test
    void json_hasTheRule_bothPlacesAndValues() throws IOException {
        LintRun run = new LintRun(folder, "docker");
        run.replace("nginx.conf", "proxy_read_timeout 10s", "proxy_read_timeout 4s");

        Map<String, Object> answer = JSON.std.mapFrom(run.run("--json").out());

        assertThat(answer).containsEntry("fits", false).containsEntry("notChecked", List.of());
        assertThat(answer.get("findings"))
                .isEqualTo(List.of(Map.of(
                        "rule",
                        "patience-within-proxy-read",
                        "problem",
                        "nginx answers 504 after 4 s, while board-blue may still work for 5 s",
                        "first",
                        Map.of(
                                "name",
                                "admission.patience",
                                "value",
                                "5s",
                                "file",
                                folder + "/service.properties",
                                "line",
                                3),
                        "second",
                        Map.of("name", "proxy_read_timeout", "value", "4s", "file", folder + "/nginx.conf", "line", 25),
                        "change",
                        "raise proxy_read_timeout above 5s, or lower admission.patience")));
    }

    @Test
    void whatOnlyTheDeployKnows_isSaid_andNotGuessed() throws IOException {
        LintRun run = new LintRun(folder, "docker");
        run.replace("compose.yaml", "QUIESCE_SHUTDOWN_LINGER: 1s", "QUIESCE_SHUTDOWN_LINGER: ${LINGER:-20s}");
        run.replace(
                "compose.yaml", "    QUIESCE_SHUTDOWN", "    QUIESCE_DB_D4_URL: ${D4_URL:?it}\n    QUIESCE_SHUTDOWN");
        run.replace("nginx.conf", "proxy_pass http://127.0.0.1:3000", "proxy_pass http://$target");
        run.replace("nginx.conf", "include mime.types", "include /no/such/folder/*.conf");

        assertThat(run.findings()).isEmpty();
        assertThat(((List<?>) run.json("notChecked"))
                        .stream()
                                .map(line -> line.toString().replace(folder + "/", ""))
                                .toList())
                .containsExactlyInAnyOrder(
                        "nginx.conf:5: include /no/such/folder/*.conf, which is not here; give it as a file",
                        "QUIESCE_SHUTDOWN_LINGER of board-blue: compose.yaml:10 takes it from a variable that only the"
                                + " deploy knows",
                        "QUIESCE_SHUTDOWN_LINGER of board-green: compose.yaml:10 takes it from a variable that only the"
                                + " deploy knows",
                        "nginx.conf:20: proxy_pass http://$target, which is known only at run time");
    }

    @Test
    void severalContainers_noneOfWhichIsTold_areAskedFor() throws IOException {
        LintRun run = new LintRun(folder, "systemd");
        run.write("compose.yaml", "services: {one: {image: one}, two: {image: two, stop_grace_period: 5s}}");

        LintRun.Said unnamed = LintRun.command(folder + "/compose.yaml");
        LintRun.Said named = LintRun.command("--service", "two", folder + "/compose.yaml");
        LintRun.Said wrong = LintRun.refused("--service", "three", folder + "/compose.yaml");

        assertThat(unnamed.out())
                .startsWith(
                        "not checked: the time budgets of the service: which is it, one, two? Name it by --service\n");
        assertThat(named.out()).contains("total-within-grace  two may take 8 s to stop, but is killed after 5 s");
        assertThat(wrong.err()).contains("--service three: there are only one, two");
        assertThat(wrong.code()).isEqualTo(ExitCode.USAGE.code());
    }

    @Test
    void filesThatTellNothing_areNotSaidToFit() throws IOException {
        LintRun run = new LintRun(folder, "docker");
        run.write("empty.conf", "");
        run.write("list.yaml", "- a\n");

        LintRun.Said said = LintRun.command(folder + "/empty.conf", folder + "/list.yaml");

        assertThat(said.code()).isEqualTo(ExitCode.USAGE.code());
        assertThat(said.out().replace(folder + "/", ""))
                .isEqualTo("not checked: list.yaml:1: this is neither a compose file nor a manifest of Kubernetes\n"
                        + "empty.conf, list.yaml: nothing could be checked\n");
    }

    @Test
    void manifestsInAList_areRead() throws IOException {
        LintRun run = new LintRun(folder, "kubernetes");
        run.write("list.yaml", """
                apiVersion: v1
                kind: List
                items:
                  - apiVersion: v1
                    kind: Pod
                    metadata: {name: board}
                    spec: {terminationGracePeriodSeconds: 5, containers: [{name: board, image: board}]}
                """);

        assertThat(LintRun.command(folder + "/list.yaml").out())
                .contains("total-within-grace  board may take 8 s to stop, but is killed after 5 s");
    }

    @Test
    void mergeThatContainsItself_isRefused() throws IOException {
        LintRun run = new LintRun(folder, "docker");
        run.write("loop.yaml", "services:\n  a: &a\n    <<: *a\n");

        assertThat(LintRun.refused(folder + "/loop.yaml").err()).endsWith(": what is merged here contains itself\n");
    }

    @Test
    void options_countWithTheirValueBehindThem_andBeforeTheEnvironment() throws IOException {
        LintRun run = new LintRun(folder, "systemd");
        run.replace("board.service", "board.jar", "board.jar --http-inherited --shutdown-timeout 40s --http-port=1");

        assertThat(run.findings())
                .containsExactly("total-within-grace | board.service:12 --shutdown-timeout: 40s"
                        + " | board.service:15 TimeoutStopSec: 30");
    }

    @Test
    void bareValuesOfSecrets_areNeverShown() throws IOException {
        LintRun run = new LintRun(folder, "docker");
        run.replace(
                "service.properties",
                "db.d4.pool-size",
                "db.d4.pasword = s3cret\ndb.d4.password = s3cret\ndb.d4.pool-size");

        LintRun.Said said = run.run();

        assertThat(said.out()).contains("db.d4.pasword: set").doesNotContain("s3cret");
        assertThat(run.run("--json").out()).doesNotContain("s3cret");
    }

    @Test
    void examplesOfTheHandbook_fit() throws IOException {
        Matcher example = Pattern.compile("(?m)^    service = (?:.*\n)(?: {4}.*\n)*")
                .matcher(Files.readString(Path.of("../docs/deploy.md")));
        int examples = 0;
        while (example.find()) {
            Path file = Files.writeString(folder.resolve("example" + ++examples + ".properties"), example.group());
            assertThat(LintRun.command(file.toString()).out())
                    .as(example.group())
                    .contains(" checks, the budgets fit\n");
        }
        assertThat(examples).isEqualTo(3);
    }

    @Test
    void fileOfADeploy_isNoSettings_andSaysWhatDeployRefuses_allOfASettingInOneFinding() throws IOException {
        LintRun run = new LintRun(folder, "deploy");
        run.replace("deploy.properties", "--read-only", "--rm --restart=always {no}");

        LintRun.Said said = LintRun.command(folder + "/deploy.properties");

        assertThat(said.out().replace(folder + "/", ""))
                .contains("""
                        deploy-file-accepted  deploy does nothing: run.options has {no}, but there is neither blue.no nor green.no; \
                        run.options has --rm, which a deploy decides itself; run.options has --restart always,""", """
                        not checked: deploy.properties: its time limits, until deploy takes the file
                        """, " checks, 1 finding\n")
                .doesNotContain("setting-known");
    }

    @Test
    void fileOfADeploy_hasTheEnvironmentOfItsFiles() throws IOException {
        LintRun run = new LintRun(folder, "deploy");
        run.write("app.env", "QUIESCE_SHUTDOWN_LINGER=30s\nQUIESCE_DB_MAIN_PASSWORD=s3cret\n");
        run.replace("deploy.properties", "--read-only", "--env-file " + folder + "/app.env --env-file /no/such.env");

        LintRun.Said said = LintRun.command(folder + "/deploy.properties");

        assertThat(said.out().replace(folder + "/", ""))
                .contains(
                        "linger-within-total  app-blue does not start",
                        "app.env:1            QUIESCE_SHUTDOWN_LINGER: 30s",
                        "the environment of app-blue in /no/such.env, which cannot be read here")
                .doesNotContain("s3cret");
    }

    @Test
    void dropIn_countsAfterItsUnit() throws IOException {
        LintRun run = new LintRun(folder, "systemd");
        Path dropIns = folder.resolve("board.service.d");
        assertThat(dropIns.toFile().mkdir()).isTrue();
        run.write("board.service.d/timeout.conf", "[Service]\nTimeoutStopSec=5s\n");

        LintRun.Said said = LintRun.command(dropIns + "/timeout.conf", folder + "/board.service");

        assertThat(said.out().replace(folder + "/", "")).contains("""
                          board.service:10                QUIESCE_SHUTDOWN_TIMEOUT: 20s
                          board.service.d/timeout.conf:2  TimeoutStopSec: 5s
                        """);
    }

    @Test
    void fileOfNoKnownKind_isRefused_untilItsKindIsNamed() throws IOException {
        LintRun run = new LintRun(folder, "docker");
        run.write("site", "keepalive_timeout 5s;\n");

        LintRun.Said unknown = LintRun.refused(folder + "/site");

        assertThat(unknown.code()).isEqualTo(ExitCode.USAGE.code());
        assertThat(unknown.err()).contains("neither its name nor its content tell what it is");
        assertThat(LintRun.command("nginx:" + folder + "/site").code()).isEqualTo(ExitCode.OK.code());
    }

    @Test
    void brokenFiles_areNamedWithTheirLine() throws IOException {
        LintRun run = new LintRun(folder, "docker");
        run.write("a.conf", "http {\n  server {\n  }\n");
        run.write("b.yaml", "services:\n  - [\n");

        assertThat(LintRun.refused(folder + "/a.conf"))
                .isEqualTo(new LintRun.Said(
                        ExitCode.UNAVAILABLE.code(),
                        "",
                        folder + "/a.conf:4: nginx would not read this: a block is not closed by '}'; try nginx -t\n"));
        assertThat(LintRun.refused(folder + "/b.yaml").err()).contains("b.yaml is no YAML", "line 3");
        assertThat(LintRun.refused(folder + "/none.yaml").err()).endsWith("none.yaml: no such file\n");
    }
}
