package dev.quiesce.ops.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.docker.Container;
import dev.quiesce.ops.docker.Limits;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceClassesTest {
    @Test
    void file_hasAClassOnEachLine_inEitherSpelling() {
        ServiceClasses classes = ServiceClasses.read("c", """
                # the shop
                shop = jvm, blue-green
                proxy: nginx   # in front
                nightly: [node, batch]

                other.one = batch
                """);

        assertThat(classes.of("shop", null)).isEqualTo(new ServiceClass(Kind.JVM, false, true, null));
        assertThat(classes.of("proxy", null)).isEqualTo(new ServiceClass(Kind.NGINX, false, false, null));
        assertThat(classes.of("nightly", null)).isEqualTo(new ServiceClass(Kind.NODE, true, false, null));
        assertThat(classes.of("other.one", null)).isEqualTo(new ServiceClass(Kind.OTHER, true, false, null));
        assertThat(classes.unused(Set.of("shop", "proxy", "nightly"))).containsExactly("other.one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop", "shop = ", "shop = jvm, blue", "shop = jvm, node", "= jvm"})
    void lineThatIsNoClass_isNamed(String line) {
        assertThatThrownBy(() -> ServiceClasses.read("classes.txt", "a = node\n" + line))
                .isInstanceOf(OpsException.class)
                .hasMessage("classes.txt, line 2: '" + line.strip() + "' is not NAME = CLASS, where CLASS is one of "
                        + "jvm, node, nginx, database, other, and may be followed by batch and blue-green");
    }

    @Test
    void secondClassOfAContainer_isRefused() {
        assertThatThrownBy(() -> ServiceClasses.read("classes.txt", "a = node\na = jvm"))
                .isInstanceOf(OpsException.class)
                .hasMessage("classes.txt, line 2: a has a class already");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nginx-host   | nginx            | its name
            jenkins      | jvm, batch       | its name
            main-mariadb | database         | its name
            nightly-cron | other, batch     | its name, which tells nothing
            tradurs-back | other, blue-green | its name, which tells nothing
            """)
    void nameAlone_makesAGuess(String name, String words, String by) {
        ServiceClass guess = ServiceClasses.none().of(name, null);

        assertThat(guess.words()).isEqualTo(words);
        assertThat(guess.guessedBy()).isEqualTo(by);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            registry.example:5000/eclipse-temurin:17 | sh        | PATH         | jvm, blue-green   | its name and image
            acme/shop:1                              | java -jar | PATH         | jvm, blue-green   | what it runs
            acme/shop:1                              | /run.sh   | JAVA_VERSION | jvm, blue-green   | what it runs
            acme/shop:1                              | node x.js | PATH         | node, blue-green  | what it runs
            nodejs.example/shop:1                    | /run.sh   | PATH         | other, blue-green | its name and image, which tell nothing
            """)
    void whatTheEngineKnows_makesABetterGuess(String image, String command, String variable, String words, String by) {
        Container container = new Container(
                "id", "shop", image, 1, Limits.NONE, 0, 0, List.of(command.split(" ")), List.of(variable));

        ServiceClass guess = ServiceClasses.none().of("shop", container);

        assertThat(guess.words()).isEqualTo(words);
        assertThat(guess.guessedBy()).isEqualTo(by);
    }
}
