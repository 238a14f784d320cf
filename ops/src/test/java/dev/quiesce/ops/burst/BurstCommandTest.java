package dev.quiesce.ops.burst;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.quiesce.ops.cli.OpsException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BurstCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int burst(String... arguments) {
        return new CommandLine(new BurstCommand())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    err.append(failure.getMessage());
                    return failure instanceof OpsException known
                            ? known.exitCode().code()
                            : 99;
                })
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private static String incident() throws Exception {
        return Path.of(Objects.requireNonNull(BurstCommandTest.class.getResource("/dev/quiesce/ops/incident.txt"))
                        .toURI())
                .toString();
    }

    /** A day with a sample each hour: four hours at 165 %, which spend 5 of 9.6 CPU hours, then 20 % . */
    private Path day() throws Exception {
        StringBuilder text = new StringBuilder();
        for (int hour = 0; hour <= 24; hour++) {
            String cpu = hour < 8 ? "165.00" : "20.00";
            text.append(Instant.parse("2026-11-28T00:00:00Z").plusSeconds(hour * 3600L))
                    .append("\n63bb55b85552   shop   ")
                    .append(cpu)
                    .append("%   784KiB / 2GiB   0.00%   0B / 0B   0B / 0B   7\n");
        }
        return Files.writeString(folder.resolve("day.txt"), text);
    }

    @Test
    void incident_spendsMoreThanItEarns_andLasts20Days() throws Exception {
        assertThat(burst("--stats", incident(), "--host", "lightsail-2gb")).isZero();

        assertThat(out.toString()).isEqualTo("""
                lightsail-2gb: 2 CPUs; 40.0 % is sustainable, which earns 24.0 credits an hour; at most 576 are saved up, 288 min of all CPUs at 100 %
                1 credit is one CPU at 100 % for a minute
                41.9 % of CPU in use on the average, 41.9 % at most: 1.9 % more than sustainable; the 576.0 credits that are left last 20 d 22 h

                CONTAINER        CPU  OF LOAD  SPENDS AN HOUR
                tradurs-back  26.2 %     63 %             0.7
                tradurs-d4    11.1 %     26 %             0.3
                nginx-host     4.5 %     11 %             0.1
                jenkins        0.1 %      0 %             0.0

                 100 % │▒▒▒
                  90 % │▒▒▒▒▒▒▒▒▒▒
                  80 % │▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
                  70 % │▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
                  60 % │▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
                  50 % │▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
                  40 % │▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
                  30 % │▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
                  20 % │▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
                  10 % │▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
                       └────────────────────────────────────────────────────────────────
                        now                                                 in 20 d 22 h
                """);
    }

    @Test
    void withinALongerTime_thatIsAnAlarm() throws Exception {
        assertThat(burst("--stats", incident(), "--host", "lightsail-2gb", "--within", "30d"))
                .isEqualTo(1);
        assertThat(burst("--stats", incident(), "--host", "lightsail-2gb", "--credit", "4"))
                .isEqualTo(1);
    }

    @Test
    void day_tellsWhenTheCreditWasEmpty_andWhoHasSpentIt() throws Exception {
        assertThat(burst("--stats", day().toString(), "--host", "lightsail-2gb", "--json"))
                .isEqualTo(1);

        Map<String, Object> answer = JSON.std.mapFrom(out.toString());
        // 9.6 CPU hours last 7.68 h beyond 0.4 CPUs at 1.65; 16 h at 0.2 then earn 3.2 CPU hours, or 192 credits.
        assertThat(answer)
                .containsEntry("wasEmptyAt", "2026-11-28T07:40:48Z")
                .containsEntry("wasEmptySeconds", 1152)
                .containsEntry("credits", 192.0)
                .containsEntry("cpusPeak", 1.65)
                .containsEntry(
                        "containers", java.util.List.of(Map.of("name", "shop", "cpus", 0.6833, "creditsSpent", 576.0)));
    }

    /** Tables of docker stats, each after a line with its time. */
    private Path recording(String... timesAndTables) throws Exception {
        return Files.writeString(folder.resolve("recording.txt"), String.join("\n", timesAndTables));
    }

    private static String row(String container, String cpu) {
        return "63bb55b85552   " + container + "   " + cpu + "%   784KiB / 2GiB   0.00%   0B / 0B   0B / 0B   7";
    }

    @Test
    void severalTablesUnderOneTime_areOneLoad_andNotTheirSum() throws Exception {
        String table = Files.readString(Path.of(incident()));
        Path recording =
                recording("2026-11-28T00:00:00Z", table, table, table, "2026-11-28T00:00:30Z", row("shop", "0.00"));

        burst("--stats", recording.toString(), "--host", "lightsail-2gb");

        assertThat(out.toString()).contains("41.9 % of CPU in use on the average, 41.9 % at most");
    }

    @Test
    void twoSamplesOfAContainerUnderOneTime_countWithTheirAverage_andThoseOfOthersBeside() throws Exception {
        Path recording = recording(
                "2026-11-28T00:00:00Z",
                row("shop", "20.00"),
                row("shop", "40.00"),
                row("mail", "50.00"),
                "2026-11-28T00:00:30Z",
                row("shop", "0.00"));

        burst("--stats", recording.toString(), "--host", "lightsail-2gb");

        assertThat(out.toString()).contains("80.0 % of CPU in use on the average, 80.0 % at most");
    }

    @Test
    void timeWithoutSamples_isNoLoad_andIsSaid() throws Exception {
        Path recording = recording(
                "2026-11-28T00:00:00Z",
                row("shop", "166.00"),
                "2026-11-28T00:00:10Z",
                row("shop", "166.00"),
                "2026-11-28T12:01:10Z",
                row("shop", "20.00"));

        burst("--stats", recording.toString(), "--host", "lightsail-2gb");
        String text = out.toString();
        out.getBuffer().setLength(0);
        burst("--stats", recording.toString(), "--host", "lightsail-2gb", "--json");

        assertThat(text)
                .contains("nothing was recorded from 2026-11-28T00:01:10Z to 2026-11-28T12:01:10Z (12 h);"
                        + " the credit may have grown meanwhile, and is taken for the same")
                .contains("░")
                .doesNotContain("the credit was empty");
        assertThat(JSON.std.mapFrom(out.toString()))
                .containsEntry(
                        "notRecorded",
                        java.util.List.of(
                                Map.of("from", "2026-11-28T00:01:10Z", "to", "2026-11-28T12:01:10Z", "seconds", 43200)))
                .containsEntry("wasEmptySeconds", 0)
                // 70 s at 1.26 CPUs beyond the baseline are 1.47 of the 576.
                .containsEntry("credits", 574.53);
    }

    @Test
    void twoSamplesHalfADayApart_sayNothingOfTheTimeBetween() throws Exception {
        Path recording =
                recording("2026-11-28T00:00:00Z", row("shop", "166.00"), "2026-11-28T12:00:00Z", row("shop", "166.00"));

        burst("--stats", recording.toString(), "--host", "lightsail-2gb");

        assertThat(out.toString())
                .contains("nothing was recorded from 2026-11-28T02:00:00Z to 2026-11-28T12:00:00Z (10 h)")
                .doesNotContain("the credit was empty");
    }

    @Test
    void manyTimesWithoutSamples_areTheLongestThree_andHowManyThereAre() throws Exception {
        StringBuilder text = new StringBuilder();
        long second = 0;
        for (int day = 0; day < 5; day++) {
            for (int sample = 0; sample < 10; sample++, second += 10) {
                text.append(Instant.parse("2026-11-28T00:00:00Z").plusSeconds(second))
                        .append('\n')
                        .append(row("shop", "20.00"))
                        .append('\n');
            }
            second += 3600 * (day + 1);
        }

        burst("--stats", recording(text.toString()).toString(), "--host", "lightsail-2gb");

        assertThat(out.toString())
                .contains("these are the longest of 4 such times, 9 h 56 min")
                .doesNotContain("nothing was recorded from 2026-11-28T00:0");
    }

    @Test
    void pictureIsXml_withBothLines() throws Exception {
        Path svg = folder.resolve("credit.svg");
        assertThat(burst("--stats", day().toString(), "--host", "lightsail-2gb", "--svg", svg.toString()))
                .isEqualTo(1);

        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(svg.toFile());
        assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(document.getElementsByTagName("title").item(0).getTextContent())
                .isEqualTo("CPU credit of lightsail-2gb");
        assertThat(Files.readString(svg)).contains("stroke-dasharray").doesNotContain("NaN", "Infinity");
        assertThat(out.toString()).endsWith("\nsee " + svg + " for the picture\n");
    }

    @Test
    void hostThatIsNotAccounted_isAMistake() throws Exception {
        assertThat(burst("--stats", incident(), "--vcpus", "2")).isEqualTo(2);
        assertThat(burst("--stats", incident(), "--host", "lightsail-2gb", "--credit", "101"))
                .isEqualTo(2);

        assertThat(err.toString())
                .isEqualTo("how is the CPU of the host accounted? give --host such as lightsail-2gb, "
                        + "or --vcpus and --baseline or --accrual; lightsail-64gb is not accounted"
                        + "--credit=101.0 is not from 0 to 100 %");
    }
}
