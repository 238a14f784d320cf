package dev.quiesce.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void words_areLeft_andFiguresAreRight() {
        Table table = new Table("NAME", "MEM", "CPU")
                .row("tradurs-d4", "50.15 MiB", "11.08%")
                .row("db", "1024 MiB", "-");

        assertThat(table.toString()).isEqualTo("""
                        NAME              MEM     CPU
                        tradurs-d4  50.15 MiB  11.08%
                        db           1024 MiB       -
                        """);
    }

    @Test
    void rowOfAnotherLength_isRefused() {
        assertThatThrownBy(() -> new Table("A", "B").row("a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1 cells under 2 headings");
    }

    @Test
    void addresses_areWords_andStandToTheLeft() {
        assertThat(new Table("HOST", "AGE")
                        .row("127.0.0.1", "9 s")
                        .row("10.0.0.17", "1.5 s")
                        .toString())
                .isEqualTo("HOST         AGE\n127.0.0.1    9 s\n10.0.0.17  1.5 s\n");
    }
}
