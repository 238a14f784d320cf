package dev.quiesce.ops.lint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.lifecycle.Budgets;
import dev.quiesce.ops.lint.SettingTable.Form;
import dev.quiesce.ops.lint.SettingTable.Setting;
import dev.quiesce.realtime.SocketHubConfig;
import dev.quiesce.web.config.ConfigResult;
import dev.quiesce.web.config.ServiceConfig;
import java.io.IOException;
import java.io.StringReader;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the linter believes of the service is what the service does. */
class SettingTableTest {
    /** Those of the service's own printed configuration, the unset ones, which are comments, included. */
    private static Map<String, String> settingsOfTheService() throws IOException {
        ConfigResult.Answer printed =
                (ConfigResult.Answer) ServiceConfig.parse(List.of("--print-config", "--db-embedded=bundled"), Map.of());
        Properties properties = new Properties();
        properties.load(new StringReader(printed.text().replaceAll("(?m)^#(?=\\S+=$)", "")));
        Map<String, String> settings = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> settings.put(key, properties.getProperty(key)));
        settings.put("db.embedded", "off");
        return settings;
    }

    @Test
    void settings_andTheirDefaults_areThoseOfTheService() throws IOException {
        Map<String, String> ours = new TreeMap<>();
        SettingTable.ALL.forEach(setting -> ours.put(setting.key(), setting.standard()));

        assertThat(ours).isEqualTo(settingsOfTheService());
    }

    @Test
    void variables_andOptions_areThoseOfTheService() {
        for (Setting setting : SettingTable.ALL) {
            if (setting.form() != Form.OTHER) {
                Map<String, String> environment = new HashMap<>(Map.of(setting.variable(), "nonsense"));
                assertThat(refusal(List.of(), environment)).contains(setting.key(), "nonsense");
                assertThat(refusal(List.of(setting.option() + "=nonsense"), Map.of()))
                        .contains(setting.key(), "nonsense");
            }
        }
    }

    @Test
    void times_andNumbers_areWhatTheServiceTakesForThem() {
        for (Setting setting : SettingTable.ALL) {
            String refusal = refusal(List.of(setting.option() + "=no such value"), Map.of());
            assertThat(refusal.contains(setting.key() + " = \"no such value\"") && refusal.contains("a time from"))
                    .as(setting.key())
                    .isEqualTo(setting.form() == Form.TIME);
        }
    }

    @Test
    void budgets_areThoseOfTheCore() {
        Budgets defaults = Budgets.defaults();

        assertThat(SettingTable.START).isEqualTo(defaults.start());
        assertThat(defaults.total().dividedBy(SettingTable.STOP_PARTS)).isEqualTo(defaults.stop());
    }

    @Test
    void pings_areThoseOfTheSockets() {
        assertThat(SettingTable.PING_INTERVAL)
                .isEqualTo(SocketHubConfig.defaults().pingInterval());
    }

    @Test
    void idleTimeout_isThatOfTheHttpServer() throws ReflectiveOperationException {
        Field timeout = Class.forName("dev.quiesce.web.http.JettyContainer").getDeclaredField("IDLE_TIMEOUT");
        timeout.setAccessible(true);

        assertThat((Duration) timeout.get(null)).isEqualTo(SettingTable.HTTP_IDLE);
    }

    private static String refusal(List<String> arguments, Map<String, String> environment) {
        ConfigResult result = ServiceConfig.parse(arguments, environment);
        return result instanceof ConfigResult.Refused refused ? refused.text() : "";
    }
}
