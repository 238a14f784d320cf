package dev.quiesce.ops.connections;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No value of a statement is shown. */
class StatementsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "select * from t1 where a = 12 and b = 'it''s \\' secret' and c = 1.5 | select * from t1 where a = ? and b = ? and c = ?",
                "set password = \"a \\\" b\" , x = 0xFF | set password = ? , x = ?",
                "select  'cut off | select ?",
                "update t set a=-1 where id in (1,2,3) | update t set a=-? where id in (?,?,?)"
            })
    void shown_hasNoValues(String statement, String shown) {
        assertThat(Statements.shown(statement)).isEqualTo(shown);
    }
}
