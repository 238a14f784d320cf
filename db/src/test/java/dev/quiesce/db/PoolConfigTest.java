package dev.quiesce.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PoolConfigTest {

    @Test
    void defaults_leaveTimeForTheCaller() {
        PoolConfig config = PoolConfig.of("main", "jdbc:mariadb://db.example/main", "app", "");

        assertThat(config.size()).isEqualTo(10);
        assertThat(config.acquireTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.connectTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.socketTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.maxLifetime()).isEqualTo(Duration.ofMinutes(30));
        assertThat(config.maxWaiting()).isEqualTo(40);
        assertThat(config.demand()).isEqualTo(22);
        assertThat(config.withSize(7).demand()).isEqualTo(16);
        assertThat(config.statementTimeout()).isZero();
        assertThat(config.orphansAfter()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.migrations()).isNull();
    }

    @Test
    void mistakes_areAllInOneMessage() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PoolConfig(
                        "ma in",
                        "jdbc:mysql://db.example/main",
                        " ",
                        "",
                        0,
                        Duration.ofMillis(249),
                        Duration.ZERO,
                        Duration.ofMillis(999),
                        Duration.ofNanos(1),
                        Duration.ofSeconds(29),
                        -1,
                        -1,
                        Duration.ofMillis(3999),
                        "/db"))
                .withMessage("pool \"ma in\": name must consist of letters, digits, '.', '_' and '-', but is \"ma in\""
                        + "; url must look like jdbc:mariadb://host:port/database"
                        + "; user is missing"
                        + "; size must be 1 to 1000, but is 0"
                        + "; demand must be at least the size of the pool, 0, but is -1"
                        + "; maxWaiting must be 0 to 100000, but is -1"
                        + "; acquireTimeout must be 250 ms to 1 day, but is 249 ms"
                        + "; connectTimeout must be 1 ms to 1 day, but is 0 ms"
                        + "; socketTimeout must be 1000 ms to 1 day, but is 999 ms"
                        + "; statementTimeout must be 1 ms to 1 day, but is 0 ms"
                        + "; orphansAfter must be zero or 4 s to 1 h, but is 3999 ms"
                        + "; maxLifetime must be 30000 ms to 1 day, but is 29000 ms"
                        + "; migrations must be a class-path folder such as db/main, but is \"/db\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:mariadb://",
                "jdbc:mariadb:///main",
                "jdbc:mariadb://db.example:port/main",
                "jdbc:mariadb://db.example/main?sslMode=perhaps",
                "db.example:3306",
                ""
            })
    void urlThatNamesNoDatabaseServer_isRefused(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PoolConfig.of("main", url, "app", "pass"))
                .withMessageContaining("url must look like jdbc:mariadb://host:port/database");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:mariadb://db.example/main?password=hidden",
                "jdbc:mariadb://db.example/main?sslMode=disable&Password=hidden",
                "jdbc:mariadb://db.example/main?user=hidden",
                "jdbc:mariadb://hidden:hidden@db.example/main"
            })
    void credentialsInTheUrl_areRefusedWithoutRepeatingThem(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PoolConfig.of("main", url, "app", "pass"))
                .withMessageContaining("url must not hold")
                .withMessageNotContaining("hidden");
    }

    @Test
    void toString_showsNeitherThePasswordNorTheUrlsOptions() {
        PoolConfig config = PoolConfig.of(
                "main", "jdbc:mariadb://db.example/main?keyStorePassword=hidden1&sslMode=trust", "app", "hidden2");

        assertThat(config.toString())
                .contains("url=jdbc:mariadb://db.example/main,", "user=app", "password=***")
                .doesNotContain("hidden");
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:mariadb://localhost/main, disable",
        "jdbc:mariadb://127.0.0.1:3306/main, disable",
        "jdbc:mariadb://[::1]:3306/main, disable",
        "jdbc:mariadb://db.example/main, verify-full",
        "jdbc:mariadb://127.example/main, verify-full",
        "'jdbc:mariadb:sequential://127.0.0.1,db.example/main', verify-full"
    })
    void withoutAnSslMode_onlyLoopbackConnectionsGoWithoutTls(String url, String sslMode) {
        PoolConfig config = PoolConfig.of("main", url, "app", "pass");

        assertThat(config.driverProperties()).containsEntry("sslMode", sslMode);
    }

    @Test
    void sslModeOfTheUrl_isLeftToTheDriver() {
        PoolConfig config = PoolConfig.of("main", "jdbc:mariadb://db.example/main?sslMode=trust", "app", "pass");

        assertThat(config.driverProperties()).doesNotContainKey("sslMode");
    }

    @Test
    void withMethods_changeOneThing() {
        PoolConfig config = PoolConfig.of("main", "jdbc:mariadb://db.example/main", "app", "pass");

        assertThat(config.withSize(3).withSize(10)).isEqualTo(config);
        assertThat(config.withMigrations("db/main").migrations()).isEqualTo("db/main");
        assertThat(config.withTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(4), Duration.ZERO))
                .extracting(PoolConfig::acquireTimeout, PoolConfig::connectTimeout, PoolConfig::socketTimeout)
                .containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(4), Duration.ZERO);
    }
}
