package dev.quiesce.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** The files that operators begin with. */
class ShippedFilesTest {
    @Test
    void timeBudgetsOfAllShippedFiles_fitTogether() {
        StringWriter out = new StringWriter();

        int code = Main.commandLine()
                .setOut(new PrintWriter(out))
                .execute(
                        "lint",
                        "compose/compose.yaml",
                        "nginx/nginx.conf",
                        "systemd/quiesce.service",
                        "systemd/quiesce.socket",
                        "docker/Dockerfile");

        assertThat(code).as(out.toString()).isZero();
        assertThat(out.toString()).containsPattern("\\d+ checks");
    }
}
