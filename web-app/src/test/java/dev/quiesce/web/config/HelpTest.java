package dev.quiesce.web.config;

import static dev.quiesce.web.config.Configs.answer;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HelpTest {
    @Test
    void help_tellsOptionVariableDefaultAndDescription_ofEverySetting() {
        String help = unwrapped(answer(Map.of(), "--help"));

        assertThat(Settings.ALL).allSatisfy(setting -> {
            String otherwise = setting.defaultValue()
                    .map(value -> "Default: " + value + ". ")
                    .orElse("");
            assertThat(help)
                    .containsPattern(Pattern.quote(setting.option()) + "(\\[=|=)"
                            + Pattern.quote(setting.type().label()))
                    .contains(unwrapped(
                            setting.description() + " " + otherwise + "Variable " + setting.variable() + "."));
        });
    }

    @Test
    void help_namesNoOptionThatDoesNotExist() {
        assertThat(Pattern.compile("(?m)^ +(?:-\\w, )?(--[a-z0-9-]+)")
                        .matcher(answer(Map.of(), "--help"))
                        .results())
                .extracting(match -> match.group(1))
                .containsExactlyElementsOf(Settings.options().toList());
    }

    @Test
    void help_tellsSourcesExamplesAndExitCodes() {
        assertThat(answer(Map.of(), "-h"))
                .contains("Sources, where a later one wins", "--db-embedded=bundled\n", "_PASSWORD_FILE=/run/secrets/")
                .containsPattern("(?m)^  0 .*\n  1 .*\n  2 .*\n  128\\+n ");
    }

    @Test
    void help_hasNoColoursWhereThereIsNoTerminal() {
        assertThat(answer(Map.of(), "--help")).doesNotContain("\u001b").doesNotContain("@|");
    }

    @Test
    void help_isGivenWhateverElseIsWrong() {
        assertThat(answer(Map.of("QUIESCE_HTTP_PORT", "x"), "--nope", "--version", "--print-config", "--help"))
                .startsWith("Usage: java -jar quiesce-web-app.jar");
    }

    @Test
    void version_isPrinted() {
        assertThat(answer(Map.of(), "--version"))
                .isEqualTo(answer(Map.of(), "-V"))
                .matches("quiesce-web-app \\S+\nJava "
                        + Pattern.quote(Runtime.version().toString()) + "\n");
    }

    private static String unwrapped(String text) {
        return text.replaceAll("\\s+", " ");
    }
}
