package dev.quiesce.web.config;

import static dev.quiesce.web.config.Configs.EMBEDDED;
import static dev.quiesce.web.config.Configs.mistakes;
import static dev.quiesce.web.config.Configs.ready;
import static dev.quiesce.web.config.Configs.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.web.http.Listen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigMistakesTest {
    @TempDir
    Path folder;

    @Test
    void allMistakesOfAllSources_areToldAtOnce() throws IOException {
        Path file = write("http.port=80a\n\nhtp.host=x\nsession.timeout=8\n");

        assertThat(refused(
                        Map.of("QUIESCE_ADMIN_PORT", "-1", "QUIESCE_DRIL", "true", "QUIESCE_DB_MAIN_URL", "localhost"),
                        "--config=" + file,
                        "--db-d4-pol-size=3",
                        "--drill=yes",
                        "--shutdown-linger=8s"))
                .isEqualTo("""
                        The configuration has 10 mistakes:
                          - unknown option --db-d4-pol-size; did you mean --db-d4-pool-size?
                          - FILE:3: unknown key htp.host; did you mean http.host?
                          - unknown variable QUIESCE_DRIL; did you mean QUIESCE_DRILL?
                          - http.port = "80a" (FILE:1): expected a port from 0 to 65535
                          - admin.port = "-1" (variable QUIESCE_ADMIN_PORT): expected a port from 0 to 65535
                          - db.main.url = "localhost" (variable QUIESCE_DB_MAIN_URL): expected a URL such as \
                        jdbc:mariadb://localhost:3306/main, without user and password (they have settings of their own)
                          - session.timeout = "8" (FILE:4): expected a time from 1s to 720h with its unit \
                        (ms, s, m or h), such as 1500ms or 8s
                          - drill = "yes" (option --drill): expected true or false
                          - shutdown.timeout and shutdown.linger: The time budgets do not fit: linger 8000 ms and stop 2000 ms leave nothing of the total 8000 ms for draining: raise the total above 10000 ms or lower the others
                          - there is no database: set QUIESCE_DB_D4_URL, or start with --db-embedded=bundled for a trial
                        Nothing was started. --help explains all settings.
                        """.replace("FILE", file.toString()));
    }

    @Test
    void whatThePoolsWouldRefuse_isRefusedWithTheRest() {
        assertThat(refused(Map.of(
                        "QUIESCE_DB_MAIN_URL", "jdbc:mariadb://localhost/main?socketTimeout=1",
                        "QUIESCE_DB_D4_URL", "jdbc:mariadb://localhost/d4?connectTimeout=1")))
                .contains("db.main: pool \"main\": url must not hold user, password, connectTimeout or socketTimeout")
                .contains("db.d4: pool \"d4\": url must not hold");
    }

    @ParameterizedTest
    @CsvSource({
        "http.host, a b",
        "http.host, ''",
        "http.host, http://x",
        "http.host, a:80",
        "http.host, -x",
        "http.port, 65536",
        "http.port, -1",
        "http.port, 1.5",
        "http.port, ' 1'",
        "http.port, 99999999999",
        "admin.host, /",
        "admin.port, x",
        "db.main.pool-size, 0",
        "db.main.pool-size, 1001",
        "db.d4.pool-size, ten",
        "db.main.user, ' '",
        "db.main.acquire-timeout, 249ms",
        "db.main.acquire-timeout, 301s",
        "db.d4.acquire-timeout, 3",
        "db.main.statement-timeout, 0s",
        "db.d4.statement-timeout, 11m",
        "db.main.orphans-after, 2h",
        "db.d4.orphans-after, -1s",
        "db.embedded, on",
        "db.embedded, BUNDLED",
        "db.embedded.data, ''",
        "session.timeout, 0s",
        "session.timeout, 721h",
        "session.timeout, 1.5h",
        "session.timeout, h",
        "sockets.log, disk",
        "sockets.retention, 0s",
        "sockets.retention.events, 0",
        "sockets.max, 0",
        "sockets.max-per-address, -1",
        "sockets.message-bytes, 1023",
        "sockets.queue-bytes, 65535",
        "sockets.origins, board.example",
        "sockets.origins, 'https://a.example,'",
        "sockets.origins, https://a.example/board",
        "sockets.closes-per-second, -1",
        "session.store, file",
        "session.store, DATABASE",
        "session.lifetime, 8761h",
        "session.max-bytes, 1023",
        "session.max-bytes, 16000001",
        "session.destroy-at-stop, yes",
        "session.cookie.secure, auto",
        "http.forwarded, 1",
        "shutdown.timeout, 99ms",
        "shutdown.timeout, 61m",
        "shutdown.timeout, 8 s",
        "shutdown.timeout, 9999999999ms",
        "http.socket.mode, 66",
        "http.socket.mode, 0660",
        "http.socket.mode, 668",
        "http.socket.mode, rw-",
        "admission.concurrency, 0",
        "admission.waiting, -1",
        "admission.patience, 99ms",
        "admission.ramp, -1s",
        "shutdown.quiet-period, 9ms",
        "shutdown.linger, -1s",
        "shutdown.linger, 1d",
        "drill, 1",
        "drill, TRUE"
    })
    void badValue_isNamedWithItsOrigin(String key, String value) {
        Map<String, String> environment = new HashMap<>(EMBEDDED);
        environment.remove(key.equals("db.embedded") ? "QUIESCE_DB_EMBEDDED" : "");

        assertThat(mistakes(environment, "--" + key.replace('.', '-') + "=" + value))
                .singleElement()
                .asString()
                .startsWith(key + " = \"" + value + "\" (option --" + key.replace('.', '-') + "): expected ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:mariadb:",
                "jdbc:mariadb://",
                "jdbc:mysql://db/main",
                "mariadb://db/main",
                "db:3306",
                "JDBC:MARIADB://db/x"
            })
    void urlOfAnotherKind_isRefused(String url) {
        assertThat(mistakes(Map.of("QUIESCE_DB_MAIN_URL", url, "QUIESCE_DB_D4_URL", "jdbc:mariadb://db/d4")))
                .singleElement()
                .asString()
                .startsWith("db.main.url = \"" + url + "\" (variable QUIESCE_DB_MAIN_URL): expected a URL such as ");
    }

    @Test
    void noDatabaseAtAll_tellsBothWays() {
        assertThat(mistakes(Map.of()))
                .containsExactly("there is no database: set QUIESCE_DB_MAIN_URL and QUIESCE_DB_D4_URL,"
                        + " or start with --db-embedded=bundled for a trial");
    }

    @Test
    void embeddedDatabaseBesidesAUrl_isRefused() {
        assertThat(mistakes(EMBEDDED, "--db-d4-url=jdbc:mariadb://db/d4"))
                .containsExactly("db.d4.url is set though db.embedded asks for the embedded MariaDB: unset one");
    }

    @Test
    void oneDatabaseForBoth_isRefused() {
        String url = "jdbc:mariadb://db/both";
        assertThat(mistakes(Map.of("QUIESCE_DB_MAIN_URL", url, "QUIESCE_DB_D4_URL", url)))
                .containsExactly("db.main.url and db.d4.url are the same: each needs a database of its own");
    }

    @Test
    void socketsThatCannotBeToldInTime_areRefused_withTheFigures() {
        assertThat(mistakes(EMBEDDED, "--sockets-closes-per-second=1999", "--sockets-max=2000"))
                .containsExactly(
                        "sockets.closes-per-second is 1999, so that to tell 2000 sockets (sockets.max) of the stop"
                                + " takes 1001 ms, but there are 1000 ms for it, an eighth of shutdown.timeout: raise the first or the"
                                + " last, or lower sockets.max");
        for (String pace : List.of("2000", "0")) {
            assertThat(ready(EMBEDDED, "--sockets-closes-per-second=" + pace, "--sockets-max=2000")
                            .sockets()
                            .config()
                            .connections()
                            .closesPerSecond())
                    .hasToString(pace);
        }
    }

    @Test
    void sessionsThatDoNotFit_areRefused_withEachMistake() {
        assertThat(mistakes(
                        EMBEDDED,
                        "--session-timeout=90500ms",
                        "--session-lifetime=60s",
                        "--session-cookie-name=__Host-a b"))
                .containsExactly("session.timeout, session.lifetime, session.cookie: session configuration:"
                        + " idleLifetime must be whole seconds, was PT1M30.5S;"
                        + " absoluteLifetime (PT1M) must not be shorter than idleLifetime (PT1M30.5S);"
                        + " cookieName must be letters, digits, - and _, was '__Host-a b';"
                        + " cookieName '__Host-a b' needs secure: browsers drop such a cookie without it");
    }

    @Test
    void certificateWithoutAKey_isRefused() {
        assertThat(mistakes(EMBEDDED, "--http-tls-certificate=cert.pem"))
                .containsExactly("http.tls.certificate and http.tls.key belong together, but only the first is set");
        assertThat(mistakes(EMBEDDED, "--http-tls-key=key.pem"))
                .containsExactly("http.tls.certificate and http.tls.key belong together, but only the second is set");
    }

    @Test
    void certificateThatCannotBeRead_isRefused() {
        assertThat(mistakes(EMBEDDED, "--http-tls-certificate=/no/cert.pem", "--http-tls-key=/no/key.pem"))
                .containsExactly("http.tls.certificate and http.tls.key: there is no file /no/cert.pem");
    }

    @Test
    void poolAndStatementThatTakeLongerThanCallersWait_areRefused() {
        assertThat(mistakes(EMBEDDED, "--db-d4-acquire-timeout=1500ms"))
                .containsExactly(
                        "db.d4.acquire-timeout and db.d4.statement-timeout are 1500 ms and 2500 ms, but callers wait"
                                + " 4000 ms (admission.patience): lower the ones or raise the other");
    }

    @Test
    void moreRequestsAtOnceThanAPoolAndItsWaitersCanTake_areRefused() {
        assertThat(mistakes(EMBEDDED, "--admission-concurrency=51", "--db-main-pool-size=10", "--db-d4-pool-size=11"))
                .containsExactly(
                        "admission.concurrency is 51, but db.main.pool-size is 10, and 40 may wait for a connection:"
                                + " lower the one or raise the other");
    }

    @Test
    void bothListenersOnOnePort_areRefused_unlessAnyPortWillDo() {
        assertThat(mistakes(EMBEDDED, "--http-port=8081"))
                .containsExactly("http.port and admin.port are both 8081: the listeners need a port each");
        assertThat(Configs.ready(EMBEDDED, "--http-port=0", "--admin-port=0").http())
                .isEqualTo(new Listen.Tcp("0.0.0.0", 0));
        assertThat(mistakes(EMBEDDED, "--http-socket=a.sock", "--http-inherited"))
                .containsExactly("http.socket and http.inherited are both set: HTTP is served in one place, unset one");
        assertThat(Configs.ready(EMBEDDED, "--http-port=8081", "--http-socket=a.sock")
                        .http())
                .isInstanceOf(Listen.Unix.class);
    }

    @Test
    void unreadableConfigFile_isNotTakenForAMissingDatabase() {
        assertThat(mistakes(Map.of(), "--config=" + folder.resolve("none")))
                .containsExactly("the properties file " + folder.resolve("none")
                        + " (option --config) cannot be read: no such file");
        assertThat(mistakes(Map.of("QUIESCE_CONFIG", folder.toString())))
                .containsExactly(
                        "the properties file " + folder + " (variable QUIESCE_CONFIG) cannot be read: it is a folder");
        assertThat(mistakes(Map.of("QUIESCE_CONFIG", "")))
                .containsExactly("the properties file (variable QUIESCE_CONFIG): expected a path");
    }

    @Test
    void configFileThatIsNoText_isRefused() throws IOException {
        Path file = Files.write(folder.resolve("it"), new byte[] {'a', '=', (byte) 0xff});
        assertThat(mistakes(Map.of(), "--config=" + file))
                .containsExactly(
                        "the properties file " + file + " (option --config) cannot be read: it is not UTF-8 text");
        Files.write(file, new byte[(1 << 20) + 1]);
        assertThat(mistakes(Map.of(), "--config=" + file))
                .containsExactly("the properties file " + file
                        + " (option --config) cannot be read: it has more than 1048576 bytes");
    }

    @Test
    void keySetTwiceInTheFile_isRefusedWithBothLines() throws IOException {
        Path file = write("http.port=1\ndb.embedded=local\nhttp.port=2\n");
        assertThat(mistakes(Map.of(), "--config=" + file))
                .containsExactly(file + ":3: http.port is set twice, first at " + file + ":1");
    }

    @Test
    void malformedEscapeInTheFile_isRefusedWithItsLine() throws IOException {
        Path file = write("db.embedded=local\ndb.embedded.data=\\u00zz\n");
        assertThat(mistakes(Map.of(), "--config=" + file))
                .containsExactly(file + ":2: malformed \\u escape, expected four hexadecimal digits");
    }

    @Test
    void optionsThatMakeNoSense_areNamed() {
        assertThat(mistakes(EMBEDDED, "--http-port", "--admin-port", "1", "--config"))
                .containsExactly("option --http-port needs a value", "option --config needs a value");
        assertThat(mistakes(EMBEDDED, "--http-port=1", "--http-port=1", "--config=a", "--config=b"))
                .startsWith("option --http-port is given twice", "option --config is given twice");
        assertThat(mistakes(EMBEDDED, "--print-config=x")).containsExactly("option --print-config takes no value");
        assertThat(mistakes(EMBEDDED, "serve")).containsExactly("argument 1 belongs to no option; write --name=value");
        assertThat(mistakes(EMBEDDED, "-p")).containsExactly("argument 1 belongs to no option; write --name=value");
        assertThat(mistakes(EMBEDDED, "--drill", "true"))
                .containsExactly("argument 2 belongs to no option; write --name=value");
        assertThat(mistakes(EMBEDDED, "--zzzzzz", "1", "--HTTP-PORT=1"))
                .containsExactly(
                        "unknown option --zzzzzz; --help names all",
                        "argument 3 belongs to no option; write --name=value");
    }

    @Test
    void variablesOfTheLibrary_areNoMistakes_unlessMisspelt() {
        Map<String, String> environment = new HashMap<>(EMBEDDED);
        environment.put("QUIESCE_PLATFORM_GRACE", "10s");
        environment.put("QUIESCE_REPORT_FILE", "/dev/termination-log");
        assertThat(ServiceConfig.parse(List.of(), environment)).isInstanceOf(ConfigResult.Ready.class);

        environment.put("QUIESCE_PLATFORM_GRACES", "10s");
        assertThat(mistakes(environment))
                .containsExactly("unknown variable QUIESCE_PLATFORM_GRACES; did you mean QUIESCE_PLATFORM_GRACE?");
    }

    @Test
    void variableThatKubernetesMadeUp_isExplained() {
        Map<String, String> environment = new HashMap<>(EMBEDDED);
        environment.put("QUIESCE_HTTP_PORT", "tcp://10.0.0.1:80");

        assertThat(mistakes(environment))
                .singleElement()
                .asString()
                .endsWith(
                        "expected a port from 0 to 65535;"
                                + " Kubernetes sets such a variable for a service of this name: set enableServiceLinks to false");
    }

    @Test
    void valueCannotForgeALine_andIsCutWhenLong() {
        assertThat(refused(EMBEDDED, "--http-port=1\n  - all is well\u001b[31m"))
                .contains("http.port = \"1?  - all is well?[31m\" (")
                .hasLineCount(3);
        assertThat(refused(EMBEDDED, "--http-port=" + "9".repeat(9999))).hasSizeLessThan(500);
    }

    private Path write(String content) throws IOException {
        return Files.writeString(folder.resolve("it"), content);
    }
}
