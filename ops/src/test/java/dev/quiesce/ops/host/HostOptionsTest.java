package dev.quiesce.ops.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.ops.cli.OpsException;
import dev.quiesce.ops.stats.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class HostOptionsTest {
    @Command
    private static final class Bare {}

    private static HostOptions options(String... arguments) {
        HostOptions options = new HostOptions();
        new CommandLine(new Bare()).addMixin("host", options).parseArgs(arguments);
        return options;
    }

    @ParameterizedTest
    @CsvSource({
        "lightsail-512mb, 512, 2, 0.1",
        "lightsail-1gb, 1024, 2, 0.2",
        "lightsail-2gb, 2048, 2, 0.4",
        "lightsail-4gb, 4096, 2, 0.4",
        "lightsail-8gb, 8192, 2, 0.6",
        "lightsail-16gb, 16384, 4, 1.6",
        "lightsail-32gb, 32768, 8, 3.2"
    })
    void planOfLightsail_savesUpADay(String plan, long mib, double cpus, double baseline) {
        assertThat(options("--host", plan).described())
                .isEqualTo(new Host(plan, mib * Size.MIB, cpus, new Credit(baseline, baseline * 86400)));
    }

    @Test
    void largestPlan_isNotAccounted() {
        assertThat(options("--host", "lightsail-64gb").described())
                .isEqualTo(new Host("lightsail-64gb", 64 * Size.GIB, 16, null));
    }

    @Test
    void singleFigures_changeAPlan() {
        assertThat(options("--host", "lightsail-2gb", "--host-memory", "1900m").described())
                .isEqualTo(new Host("lightsail-2gb", 1900 * Size.MIB, 2, new Credit(0.4, 34560)));
    }

    @Test
    void baselineAndAccrual_areTwoWaysToSayTheSame() {
        Credit credit = new Credit(0.4, 34560);

        assertThat(options("--vcpus", "2", "--baseline", "20").credit()).isEqualTo(credit);
        assertThat(options("--vcpus", "2", "--accrual", "24").credit()).isEqualTo(credit);
        assertThat(options("--vcpus", "2", "--accrual", "24", "--baseline", "20", "--cap", "60")
                        .credit())
                .isEqualTo(new Credit(0.4, 3600));
    }

    @Test
    void hostOfWhichTooLittleIsSaid_isNotDescribed() {
        assertThat(options("--host-memory", "2g").described()).isNull();
        assertThat(options("--cpus", "2").described()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --host=lightsail-3gb | --host=lightsail-3gb is not known; there are lightsail-512mb, lightsail-1gb, lightsail-2gb, lightsail-4gb, lightsail-8gb, lightsail-16gb, lightsail-32gb, lightsail-64gb; describe others by --host-memory and --cpus
            --host-memory=2 --cpus=2 | --host-memory=2 is 2 bytes; did you mean 2g or 2m?
            --host-memory=2q --cpus=2 | --host-memory: '2q' is no size; give a number and a unit, such as 500m, 512MiB or 2g
            --host-memory=2g --cpus=0 | --cpus=0.0: a host has more than 0 CPUs, and no more than 4096
            --host-memory=2g --cpus=2 --baseline=20 --accrual=30 | 20 % of 2 vCPUs earn 24.0 credits an hour, not 30; give one of --baseline and --accrual
            --host-memory=2g --cpus=2 --baseline=120 | the baseline must be more than 0 %, and no more than 100 % of each vCPU
            --host-memory=2g --cpus=2 --cap=5 | --cap needs --baseline or --accrual: what does the host earn?
            """)
    void whatMakesNoSense_isRefused_withTheWayOut(String arguments, String message) {
        assertThatThrownBy(() -> options(arguments.split(" ")).described())
                .isInstanceOf(OpsException.class)
                .hasMessage(message);
    }
}
