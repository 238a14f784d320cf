package dev.quiesce.web.config;

import static dev.quiesce.web.config.Configs.EMBEDDED;
import static dev.quiesce.web.config.Configs.answer;
import static dev.quiesce.web.config.Configs.mistakes;
import static dev.quiesce.web.config.Configs.ready;
import static dev.quiesce.web.config.Configs.refused;
import static org.assertj.core.api.Assertions.assertThat;

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

class ConfigSecretsTest {
    private static final String SECRET = "hunter2";

    @TempDir
    Path folder;

    @Test
    void password_comesFromAnySource_andTheLaterOneWins() throws IOException {
        String file = "--config=" + write("it", "db.embedded=local\ndb.main.password=one\ndb.d4.password=d\n");
        assertThat(ready(Map.of(), file).main().password()).isEqualTo(new Secret("one"));

        Map<String, String> environment = Map.of("QUIESCE_DB_MAIN_PASSWORD", "two");
        assertThat(ready(environment, file).main().password()).isEqualTo(new Secret("two"));

        ServiceConfig config = ready(environment, file, "--db-main-password", "-three=3");
        assertThat(config.main().password()).isEqualTo(new Secret("-three=3"));
        assertThat(config.d4().password()).isEqualTo(new Secret("d"));
    }

    @Test
    void passwordFile_comesFromAnySource_andOutranksAnEarlierPassword() throws IOException {
        Path one = write("one", "1");
        Path two = write("two", "2");
        Path three = write("three", "3");
        String file =
                "--config=" + write("it", "db.embedded=local\ndb.d4.password.file=" + one + "\ndb.main.password=x");
        assertThat(ready(Map.of(), file).d4().password()).isEqualTo(new Secret("1"));

        Map<String, String> environment = Map.of("QUIESCE_DB_D4_PASSWORD_FILE", two.toString());
        assertThat(ready(environment, file).d4().password()).isEqualTo(new Secret("2"));

        assertThat(ready(environment, file, "--db-d4-password-file=" + three)
                        .d4()
                        .password())
                .isEqualTo(new Secret("3"));
        assertThat(ready(environment, file, "--db-d4-password=4").d4().password())
                .isEqualTo(new Secret("4"));
        assertThat(ready(environment, file, "--db-main-password-file=" + three)
                        .main()
                        .password())
                .isEqualTo(new Secret("3"));
    }

    @Test
    void passwordThatAFileHasReplaced_isPrintedAsUnset() throws IOException {
        Path secret = write("secret", SECRET);
        String file = "--config=" + write("it", "db.embedded=local\ndb.main.password=x");
        assertThat(answer(Map.of(), file, "--db-main-password-file=" + secret, "--print-config"))
                .contains("# unset\n#db.main.password=\n")
                .contains("\ndb.main.password.file=" + secret + "\n");
    }

    @ParameterizedTest
    @CsvSource({"'s ', 's '", "'s\n', s", "'s\r\n', s", "'s\n\n', 's\n'", "' a\tb', ' a\tb'"})
    void passwordFile_losesTheNewlineAtItsEndAndNothingElse(String content, String password) throws IOException {
        Path file = write("secret", content);
        assertThat(ready(EMBEDDED, "--db-main-password-file=" + file).main().password())
                .isEqualTo(new Secret(password));
    }

    @Test
    void passwordFileThatCannotBeUsed_isAMistake() throws IOException {
        String start = "db.main.password.file = \"%s\" (variable QUIESCE_DB_MAIN_PASSWORD_FILE): ";
        Path none = folder.resolve("none");
        assertThat(withPasswordFile(none)).containsExactly(start.formatted(none) + "cannot be read: no such file");
        assertThat(withPasswordFile(folder))
                .containsExactly(start.formatted(folder) + "cannot be read: it is a folder");
        Path empty = write("empty", "\n");
        assertThat(withPasswordFile(empty))
                .containsExactly(start.formatted(empty) + "the file is empty, expected a password");
        Path large = write("large", "x".repeat(4097));
        assertThat(withPasswordFile(large))
                .containsExactly(start.formatted(large) + "cannot be read: it has more than 4096 bytes");
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xc3, 'x'});
        assertThat(withPasswordFile(binary))
                .containsExactly(start.formatted(binary) + "cannot be read: it is not UTF-8 text");
    }

    private Iterable<String> withPasswordFile(Path file) {
        Map<String, String> environment = new HashMap<>(EMBEDDED);
        environment.put("QUIESCE_DB_MAIN_PASSWORD_FILE", file.toString());
        return mistakes(environment);
    }

    @Test
    void passwordAndPasswordFileOfOneSource_excludeEachOther() throws IOException {
        Path secret = write("secret", "s");
        Path file = write("it", "db.embedded=local\ndb.main.password=x\ndb.main.password.file=" + secret);
        assertThat(mistakes(Map.of(), "--config=" + file))
                .containsExactly("db.main.password (" + file + ":2) and db.main.password.file (" + file
                        + ":3) exclude each other");
        assertThat(mistakes(EMBEDDED, "--db-d4-password=x", "--db-d4-password-file=" + secret))
                .containsExactly("db.d4.password (option --db-d4-password) and"
                        + " db.d4.password.file (option --db-d4-password-file) exclude each other");
    }

    @Test
    void password_isInNoTextOfTheConfiguration() {
        Map<String, String> environment = new HashMap<>(EMBEDDED);
        environment.put("QUIESCE_DB_MAIN_PASSWORD", SECRET);

        assertThat(ready(environment, "--db-d4-password=" + SECRET).toString()).doesNotContain(SECRET);
        assertThat(answer(environment, "--db-d4-password", SECRET, "--print-config"))
                .doesNotContain(SECRET)
                .contains("# variable QUIESCE_DB_MAIN_PASSWORD\n#db.main.password=****\n")
                .contains("# option --db-d4-password\n#db.d4.password=****\n");
    }

    @Test
    void passwordFromAFile_isNotPrinted_butItsFileIs() throws IOException {
        Path secret = write("secret", SECRET);
        assertThat(answer(EMBEDDED, "--db-main-password-file=" + secret, "--print-config"))
                .doesNotContain(SECRET)
                .contains("# option --db-main-password-file\ndb.main.password.file=" + secret + "\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--db-main-pasword=hunter2",
                "--db-main-pasword hunter2",
                "--db-main-password x hunter2",
                "--db-main-password x -hunter2",
                "--http-port --db-main-password=hunter2",
                "--db-main-password=hunter2 --db-main-password=hunter2",
                "--db-main-password=hunter2 --http-port=x",
                "--help=hunter2x --nope",
                "--drill hunter2",
                "--drill --db-main-password=hunter2 --nope",
                "hunter2"
            })
    void passwordOnAMistakenCommandLine_isNotEchoed(String commandLine) {
        assertThat(ServiceConfig.parse(List.of(commandLine.split(" ")), EMBEDDED)
                        .toString())
                .doesNotContain(SECRET);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:mariadb://db/main?user=x&password=hunter2",
                "jdbc:mariadb://db/main?PASSWORD=hunter2",
                "jdbc:mariadb://db/main?keyStorePassword=hunter2",
                "jdbc:mariadb://root:hunter2@db/main",
                "jdbc:mariadb://root:hun/ter2hunter2@db/main",
                "mariadb://root:hunter2@db/main",
                "root:hunter2@db/main",
                "jdbc:mysql://db/main?p=hunter2",
                "jdbc:sqlserver://db;pw=hunter2"
            })
    void urlThatBearsAPassword_isRefusedAndNotEchoed(String url) {
        assertThat(refused(Map.of("QUIESCE_DB_MAIN_URL", url, "QUIESCE_DB_D4_URL", "jdbc:mariadb://db/d4")))
                .contains("db.main.url = \"")
                .contains("without user and password")
                .doesNotContain("ter2");
    }

    @Test
    void malformedFile_doesNotEchoItsValues() throws IOException {
        Path file = write("it", "db.main.pasword=hunter2\ndb.main.password=hunter2\\uzzzz\ndb.embedded=local");
        assertThat(refused(Map.of(), "--config=" + file)).doesNotContain(SECRET);
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }
}
