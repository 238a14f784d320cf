package dev.quiesce.ops.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatsTextTest {
    private static final String HEADER =
            "CONTAINER ID   NAME   CPU %   MEM USAGE / LIMIT   MEM %   NET I/O   BLOCK I/O   PIDS\n";
    private static final String ROW =
            "63bb55b85552   shop   12.50%   784KiB / 23.54GiB   0.00%   0B / 0B   0B / 0B   7\n";
    private static final String JSON = """
            {"BlockIO":"0B / 0B","CPUPerc":"12.50%","Container":"63bb","ID":"63bb","MemPerc":"0.00%","MemUsage":"784KiB / 23.54GiB","Name":"shop","NetIO":"0B / 0B","PIDs":"7"}
            """;
    private static final Sample SHOP = new Sample(null, "shop", 0.125, 802_816, Size.ofStats("23.54GiB"), 7);

    @Test
    void tableOfTheIncident_isRead() throws IOException {
        String text;
        try (InputStream file = StatsTextTest.class.getResourceAsStream("/dev/quiesce/ops/incident.txt")) {
            text = new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
        }

        assertThat(StatsText.read("incident.txt", text))
                .containsExactly(
                        new Sample(null, "tradurs-d4", 0.1108, 52_586_086, 2 * Size.GIB, 1),
                        new Sample(null, "nginx-host", 0.045, 59_024_343, 2 * Size.GIB, 2),
                        new Sample(null, "tradurs-back", 0.262, 165_150_720, 2 * Size.GIB, 3),
                        new Sample(null, "jenkins", 0.0013, 283_115_520, 2 * Size.GIB, 4));
    }

    @Test
    void tableAndJson_sayTheSame() {
        assertThat(StatsText.read("x", HEADER + ROW)).containsExactly(SHOP);
        assertThat(StatsText.read("x", JSON)).containsExactly(SHOP);
    }

    @Test
    void streamedOutput_withTheControlsOfATerminal_isRead() {
        assertThat(StatsText.read("x", "\u001b[2J\u001b[H" + HEADER + ROW.strip() + " \u001b[K\r\n\u001b[H" + JSON))
                .containsExactly(SHOP, SHOP);
    }

    @Test
    void columnsOneBlankApart_areRead() {
        assertThat(StatsText.read("x", ROW.replaceAll(" +", " "))).containsExactly(SHOP);
    }

    @Test
    void time_holdsForWhatFollows_onItsOwnLineOrBeforeASample() {
        String text = "2026-11-28T06:51:12Z\n" + HEADER + ROW + "2026-11-28T08:51:22+0200 " + JSON;

        assertThat(StatsText.read("x", text))
                .containsExactly(
                        SHOP.at(Instant.parse("2026-11-28T06:51:12Z")), SHOP.at(Instant.parse("2026-11-28T06:51:22Z")));
    }

    @Test
    void containerThatDoesNotRun_hasNoSample() {
        String stopped = "63bb55b85552   old   --   -- / --   --   -- / --   -- / --   --\n";

        assertThat(StatsText.read("x", HEADER + stopped + ROW)).containsExactly(SHOP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", HEADER})
    void noSample_isACause_toSayHowToRecordOne(String text) {
        assertThatThrownBy(() -> StatsText.read("day.txt", text))
                .isInstanceOf(OpsException.class)
                .hasMessage("day.txt has no sample of a running container; record one by: "
                        + "docker stats --no-stream > FILE, while the containers run");
    }

    @Test
    void garbage_isNamedWithItsLine() {
        complaint(HEADER + ROW + "\nCannot connect to the Docker daemon")
                .hasMessage(
                        "day.txt, line 4: 'Cannot connect to the Docker daemon' is neither a row of docker stats nor JSON");
        complaint(ROW + "{\"Name\":\"shop\"")
                .hasMessage("day.txt, line 2: '{\"Name\":\"shop\"' is no whole object of JSON");
        complaint("{\"Name\":\"shop\"}")
                .hasMessage("day.txt, line 1: the object has no MemUsage; "
                        + "record it by: docker stats --no-stream --format '{{json .}}'");
        complaint(JSON.replace("12.50%", "much"))
                .hasMessage("day.txt, line 1: 'much' is no share of a CPU, such as 11.08%");
        complaint(JSON.replace("784KiB", "784XB"))
                .hasMessage(
                        "day.txt, line 1: '784XB ' is no size; give a number and a unit, such as 500m, 512MiB or 2g");
        complaint("2026-11-28T06:51:12\n" + ROW)
                .hasMessage(
                        "day.txt, line 1: '2026-11-28T06:51:12' is no time with an offset, such as 2026-11-28T06:51:12Z");
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ?> complaint(String text) {
        return assertThatThrownBy(() -> StatsText.read("day.txt", text)).isInstanceOf(OpsException.class);
    }
}
