package dev.quiesce.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "java -jar a.jar --db-main-password=hunter2",
                "java -jar a.jar --db-main-password hunter2 --http-port=1",
                "java -jar a.jar '--db-main-password=two hunter2'",
                "[\"java\", \"--db-main-password\", \"hunter2\"]",
                "[\"java\",\"--db-main-password\",\"hunter2\"]",
                "sh -c \"DB_PASSWORD=hunter2 exec java\"",
                "DB_PASSWORD=\"two hunter2\"",
                "{password: hunter2}",
                "X-Api-Key hunter2",
                "Authorization Bearer hunter2",
                "API_TOKEN='hunter2'",
                "client_secret=\nhunter2",
                "--url=https://me:hunter2@there/path",
                "https://hunter2@there",
                "server me:hunter2@there;",
                "jdbc:mariadb://me:hunter@hunter2@there/main",
                "jdbc:mariadb://there/main?user=me&password=hunter2",
                "-Dapp/token=hunter2"
            })
    void secretInAText_isMasked(String text) {
        assertThat(Secrets.masked(text)).doesNotContain("hunter2").contains("***");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--db-main-password",
                "QUIESCE_DB_MAIN_PASSWORD",
                "db.main.password",
                "github.token",
                "SECRET_OF_CLIENT",
                "tls.key"
            })
    void valueOfASecret_isMasked_andNothingIsStillNothing(String name) {
        assertThat(Secrets.masked(name, "hunter2")).isEqualTo("***");
        assertThat(Secrets.masked(name, "")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/usr/bin/java -Xmx256m  -jar /opt/keyboard/turkey.jar --http-port=1",
                "Upgrade $http_upgrade",
                "http://board:8080/path",
                "keepalive_timeout 60s",
                "no such key"
            })
    void whatIsNoSecret_isShownAsItIs(String text) {
        assertThat(Secrets.masked(text)).isEqualTo(text);
    }

    @Test
    void whatIsMasked_keepsItsName_andWhatStandsBefore() {
        assertThat(Secrets.masked("java -jar a.jar --db-main-password=hunter2 --http-port=1"))
                .isEqualTo("java -jar a.jar --db-main-password=***");
        assertThat(Secrets.masked("http://me:hunter2@there/path")).isEqualTo("http://***@there/path");
    }
}
