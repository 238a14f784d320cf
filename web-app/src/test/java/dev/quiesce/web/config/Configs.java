package dev.quiesce.web.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.web.config.ConfigResult.Answer;
import dev.quiesce.web.config.ConfigResult.Ready;
import dev.quiesce.web.config.ConfigResult.Refused;
import java.util.List;
import java.util.Map;

/** Reads configurations for the tests of this package. */
final class Configs {
    /** What makes an otherwise empty configuration complete. */
    static final Map<String, String> EMBEDDED = Map.of("QUIESCE_DB_EMBEDDED", "bundled");

    private Configs() {}

    static ServiceConfig ready(Map<String, String> environment, String... arguments) {
        ConfigResult result = ServiceConfig.parse(List.of(arguments), environment);
        assertThat(result).isInstanceOf(Ready.class);
        return ((Ready) result).config();
    }

    static String answer(Map<String, String> environment, String... arguments) {
        ConfigResult result = ServiceConfig.parse(List.of(arguments), environment);
        assertThat(result).isInstanceOf(Answer.class);
        return ((Answer) result).text();
    }

    static String refused(Map<String, String> environment, String... arguments) {
        ConfigResult result = ServiceConfig.parse(List.of(arguments), environment);
        assertThat(result).isInstanceOf(Refused.class);
        return ((Refused) result).text();
    }

    /** Returns the mistakes alone, without the head and the foot of the message. */
    static List<String> mistakes(Map<String, String> environment, String... arguments) {
        return refused(environment, arguments)
                .lines()
                .filter(line -> line.startsWith("  - "))
                .map(line -> line.substring(4))
                .toList();
    }
}
