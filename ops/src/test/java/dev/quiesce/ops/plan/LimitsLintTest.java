package dev.quiesce.ops.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.ops.cli.ExitCode;
import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.stats.Size;
import dev.quiesce.ops.stats.Usage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsLintTest {
    private static final String NOTE_UNDO =
            "update can change this limit later and not remove it; only a new container has none";

    private static List<String> check(String line) {
        return LimitsLint.check(line, List.of(), 2 * Size.GIB, 2.0).stream()
                .map(finding -> finding.severity() + " " + finding.option() + ": " + finding.message())
                .toList();
    }

    @Test
    void commandOfTheIncident_hasBytesInPlaceOfMib() {
        assertThat(check("docker update --cpuset-cpus=0 --cpu-shares=1024 --memory=500 --memory-swap=1g shop"))
                .containsExactly(
                        "error --memory=500: no unit is bytes, so this is 500 bytes; the least that Docker takes is 6 MiB; "
                                + "did you mean 500m?",
                        "note --cpuset-cpus=0: all that are pinned to CPU 0 wait for each other while other CPUs idle; "
                                + "--cpus limits without that",
                        "note --memory=500: " + NOTE_UNDO);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -m 2m --memory-swap 2g | error --memory=2m: the least that Docker takes is 6 MiB; did you mean 2g?
            -m2mib --memory-swap 2g | error --memory=2mib: the least that Docker takes is 6 MiB; did you mean 2g?
            -m 5m --memory-swap 1g | error --memory=5m: the least that Docker takes is 6 MiB
            -m2048k --memory-swap 2g | error --memory=2048k: the least that Docker takes is 6 MiB; did you mean 2048m?
            -m6143k --memory-swap 1g | error --memory=6143k: the least that Docker takes is 6 MiB
            --memory=2 --memory-swap=2g | error --memory=2: no unit is bytes, so this is 2 bytes; the least that Docker takes is 6 MiB; did you mean 2g?
            --memory=500000 --memory-swap=1g | error --memory=500000: no unit is bytes, so this is 500000 bytes; the least that Docker takes is 6 MiB; did you mean 500000k?
            --memory=5000000 --memory-swap=1g | error --memory=5000000: no unit is bytes, so this is 5000000 bytes; the least that Docker takes is 6 MiB
            --memory=-1 --memory-swap=1g | error --memory=-1: Docker takes no -1 here; a limit is only removed by a new container
            --memory=0 --memory-swap=1g | error --memory=0: 0 changes nothing, and Docker does not say so; a limit is only removed by a new container
            --memory=1x --memory-swap=1g | error --memory=1x: '1x' is no size; give a number and a unit, such as 500m, 512MiB or 2g
            --memory 500m | warning --memory=500m: without --memory-swap as much swap is allowed again, 1000 MiB in all; add --memory-swap=500m for no swap
            --memory-swap 500m | error --memory-swap=500m: Docker refuses it without --memory: it is the sum of memory and swap
            --memory=500m --memory-swap=400m | error --memory-swap=400m: it is the sum of memory and swap, so it must not be less than --memory=500m
            --memory=500m --memory-swap=-1 | warning --memory-swap=-1: -1 allows swap without limit, which slows the whole host down
            --memory=500m --memory-swap=500m --memory-reservation=600m | error --memory-reservation=600m: it must not be more than --memory=500m
            --memory=3g --memory-swap=3g | warning --memory=3g: the host has 2048 MiB, so this limits nothing
            --cpus=3 | error --cpus=3: the host has 2 CPUs, and Docker refuses more
            --cpus=.001 | error --cpus=.001: the least that Docker takes is 0.01
            --cpus=half | error --cpus=half: 'half' is no number of CPUs, such as 0.5
            --cpus=0 | error --cpus=0: 0 changes nothing, and Docker does not say so; a limit is only removed by a new container
            --cpus=.5 | note --cpus=.5: this is the time of 0.5 CPU, however many CPUs the host has
            --cpus=2 --cpu-quota=1000 | error --cpus=2: Docker takes either --cpus or --cpu-quota and --cpu-period, also over the life of a container
            --cpu-quota=500000 --cpu-period=100000 | error --cpu-quota=500000: this is the time of 5 CPUs, and the host has 2, so it limits nothing; the quota is for each --cpu-period, here 100000 µs
            --cpu-quota=250000 | error --cpu-quota=250000: this is the time of 2.5 CPUs, and the host has 2, so it limits nothing; the quota is for each --cpu-period, by default 100000 µs
            --cpu-quota=half | error --cpu-quota=half: 'half' is no number of microseconds, such as 50000
            --cpu-quota=999 | error --cpu-quota=999: the least that Docker takes is 1000 µs
            --cpu-quota=0 | error --cpu-quota=0: 0 changes nothing, and Docker does not say so
            --cpu-quota=50000 --cpu-period=1000001 | error --cpu-period=1000001: the most that Docker takes is 1000000 µs
            --cpu-shares=1 | error --cpu-shares=1: it must be from 2 to 262144; a refused update changes the kernel's value all the same
            -c 300000 | error --cpu-shares=300000: it must be from 2 to 262144; a refused update changes the kernel's value all the same
            --cpu-shares=0 | error --cpu-shares=0: 0 changes nothing, and Docker does not say so; the default is 1024
            --cpu-shares=many | error --cpu-shares=many: 'many' is no weight, such as 1024
            --cpuset-cpus=0,2 | error --cpuset-cpus=0,2: the host has the CPUs 0 to 1, and no CPU 2
            --cpuset-cpus=0-3 | error --cpuset-cpus=0-3: the host has the CPUs 0 to 1, and no CPU 3
            --cpuset-cpus=a | error --cpuset-cpus=a: 'a' is no CPU nor a range, such as 0 or 0-1
            --pids-limit=few | error --pids-limit=few: 'few' is no number of processes; -1 is no limit
            --pids-limit=0 | note --pids-limit=0: 0 changes nothing; -1 is no limit
            """)
    void eachMistake_isFoundOnce(String options, String finding) {
        assertThat(check("docker run --name shop " + options + " shop:1")).containsExactly(finding);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "docker run --name shop --memory=500m --memory-swap=500m --cpus=2 --cpu-shares=2 --pids-limit=64 shop:1",
                "docker run -d -m 500m --memory-swap '600m' shop:1",
                "--memory=524288000 --memory-swap=524288000",
                "docker run --cpuset-cpus=0-1 shop:1",
                "docker update --pids-limit=-1 shop",
                "docker run --cpu-quota=-1 shop:1",
                "docker update --pids-limit=64 --cpu-period=50000 shop",
                "docker run --memory=500m --memory-swap=500m alpine sh -c \"exec sleep 9\"",
                "docker run --memory=500m --memory-swap=500m postgres -c max_connections=200",
                "docker create -m 500m --memory-swap 500m java:17 java -m app --memory=5 --cpus=99",
                "docker run --rm --init --read-only --memory=500m --memory-swap=500m shop:1 -m 5",
                "docker run -e X=-m5 -v /a:/b -itp 80:80 --memory=500m --memory-swap=500m shop:1 -c 1",
                "docker run --cpus=2 -- shop:1 -c 1"
            })
    void soundOptions_areNotFoundFaultWith(String line) {
        assertThat(check(line)).isEmpty();
    }

    @Test
    void updateOfMemoryAlone_isRefusedByDocker_forAContainerWithoutLimit() {
        assertThat(check("sudo docker container update \\\n --memory=300m shop"))
                .containsExactly(
                        "warning --memory=300m: without --memory-swap Docker refuses it for a container that had no limit; "
                                + "add --memory-swap=300m for no swap",
                        "note --memory=300m: " + NOTE_UNDO);
    }

    @Test
    void limitBelowWhatIsUsed_isNamedWithTheFigures_forTheContainersThatAreMeant() {
        Usage shop = new Usage("shop", 1, 0, 0, 100 * Size.MIB, 1, 120 * Size.MIB, 1, 1);
        Usage other = new Usage("other", 1, 0, 0, 100 * Size.MIB, 1, 120 * Size.MIB, 1, 1);

        assertThat(LimitsLint.check(
                        "docker update --memory=110m --memory-swap=110m shop", List.of(shop, other), null, null))
                .first()
                .isEqualTo(
                        new Finding(
                                Finding.Severity.error,
                                "--memory=110m",
                                "shop has used 120 MiB, now 100 MiB: it would be refused (cgroup v1) or the container killed (v2)"));
    }

    @Test
    void hostThatIsNotKnown_isNotHeldAgainstAnything() {
        assertThat(LimitsLint.check(
                        "docker run --cpus=64 --cpuset-cpus=0-63 -m 99g --memory-swap 99g x", List.of(), null, null))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "docker run -itm 512 --memory-swap 1g x",
                "docker run -itm512 --memory-swap 1g x",
                "docker run -ditm=512 --memory-swap 1g x",
                "docker run --rm -dm 512 --memory-swap=1g img",
                "docker run -h web -e A=b\\ c -m 512 --memory-swap=1g img",
                "docker --context prod run -m 512 --memory-swap=1g img",
                "sudo -u ops DOCKER_HOST=x /usr/bin/docker container create -m 512 --memory-swap=1g img",
                "docker run --env-file x --detach=false --restart always -m 512 --memory-swap=1g img"
            })
    void optionsBeforeTheImage_areFound_howeverTheyAreWritten(String line) {
        assertThat(check(line))
                .containsExactly("error --memory=512: no unit is bytes, so this is 512 bytes; "
                        + "the least that Docker takes is 6 MiB; did you mean 512m?");
    }

    @Test
    void optionsOfAnUpdate_mayStandBehindTheContainer() {
        assertThat(check("docker update shop --cpus 3"))
                .startsWith("error --cpus=3: the host has 2 CPUs, and Docker refuses more");
    }

    @Test
    void hostThatIsNotKnown_bringsNoSuggestionThatNoHostHas() {
        assertThat(LimitsLint.check("docker run -m 5000000 --memory-swap 8g x", List.of(), null, null))
                .extracting(Finding::message)
                .containsExactly("no unit is bytes, so this is 5000000 bytes; the least that Docker takes is 6 MiB; "
                        + "did you mean 5000000k?");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            '' | it is empty
            '  ' | it is empty
            memory 500m | it does not begin with docker
            TOKEN=s3cret podman run -m 500m x | it does not begin with docker
            docker | this command of docker sets no limits
            docker ps -a | this command of docker sets no limits
            docker compose run -m 5 x | this command of docker sets no limits
            docker update | this docker update changes no limit
            docker update shop | this docker update changes no limit
            docker update --restart=always shop | this docker update changes no limit
            """)
    void lineWithoutAnythingToCheck_isAMistake_andIsToldWhatWasExpected(String line, String mistake) {
        assertThatThrownBy(() -> check(line))
                .isInstanceOf(OpsException.class)
                .hasMessage("--check: " + mistake
                        + ". It takes a whole docker update, docker run or docker create with limits, in quotes, "
                        + "such as --check 'docker update --memory=500m --memory-swap=500m shop'")
                .extracting(failure -> ((OpsException) failure).exitCode())
                .isEqualTo(ExitCode.USAGE);
    }
}
