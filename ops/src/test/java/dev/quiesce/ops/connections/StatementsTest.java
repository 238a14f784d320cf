package dev.quiesce.ops.connections;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** No value of a statement is shown. */
class StatementsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "select * from t1 where a = 12 and b = 'it''s a secret' and c = 1.5 | select * from t1 where a = ? and b = ? and c = ?",
                "set password = \"a \"\" b\" , x = 0xFF | set password = ? , x = ?",
                "select  'cut off | select ?",
                "update t set a=-1 where id in (1,2,3) | update t set a=-? where id in (?,?,?)",
                "select .5, 1e10, 1.5e-3, 0b101, x'4D79', N'abc' | select ?, ?, ?, ?, x?, N?",
                "select t1.c2, db.1, `a1`.`2b`, @v1 from t | select t1.c2, db.1, `a1`.`2b`, @v1 from t",
                "select 'C:\\\\' , 'a\\nb' , 'x' | select ? , ? , ?",
                "select 5--1, --a from t | select ?--?, --a from t"
            })
    void shown_hasNoValues(String statement, String shown) {
        assertThat(Statements.shown(statement)).isEqualTo(shown);
    }

    static Stream<Arguments> quotesThatDelimitNoString() {
        return Stream.of(
                Arguments.of(
                        "select /* user's orders */ id from t where token = 'abc-secret' and x = 'y'",
                        "select id from t where token = ? and x = ?"),
                Arguments.of("select 1 -- don't\n from t where a = 'abc-secret'", "select ? from t where a = ?"),
                Arguments.of("select 1 --\tdon't\n from t where a = 'abc-secret'", "select ? from t where a = ?"),
                Arguments.of("select 1 # it's\n from t where a = 'abc-secret'", "select ? from t where a = ?"),
                Arguments.of(
                        "select `o'neil`, `a``'` from t where a = 'abc-secret'",
                        "select `o'neil`, `a``'` from t where a = ?"),
                Arguments.of(
                        "select \"o'neil\", 'a \"' from t where a = 'abc-secret'", "select ?, ? from t where a = ?"),
                Arguments.of(
                        "select '/*', '--', '#' from t where a = 'abc-secret' /* */",
                        "select ?, ?, ? from t where a = ?"),
                Arguments.of(
                        "select `/*` from t where a = 'abc-secret' and b = '*/ x'",
                        "select `/*` from t where a = ? and b = ?"));
    }

    @ParameterizedTest
    @MethodSource
    void quotesThatDelimitNoString(String statement, String shown) {
        assertThat(Statements.shown(statement)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "select /* and token = 'abc-secret' */ 1 | select ?",
                "select 1 /* abc-secret | select ?",
                "select 1 -- abc-secret | select ?",
                "select 1 # abc-secret | select ?"
            })
    void comments_areNotShown(String statement, String shown) {
        assertThat(Statements.shown(statement)).isEqualTo(shown);
    }

    static Stream<Arguments> whereTwoReadingsDiffer() {
        return Stream.of(
                // With NO_BACKSLASH_ESCAPES the first string ends behind the backslash.
                Arguments.of("select 'C:\\', 'abc-secret' from t where a = 'x'", "select ? …"),
                Arguments.of("select 'it\\'s ' , abc-secret, ' x' from t", "select ? …"),
                Arguments.of("select \"a \\\" abc-secret\" , 1", "select ? …"),
                // A server that is older than the version skips it, quotes and all.
                Arguments.of("select /*!999999 don't */ 'abc-secret', 'x'", "select ? …"),
                Arguments.of("select /*M!100000 '*/ abc-secret' */ 1", "select ? …"),
                Arguments.of("select /*! abc-secret", "select ? …"),
                // A blank that cannot be broken is one in latin1 and none in utf8.
                Arguments.of("select 1 --\u00a0don't\n, 'abc-secret'", "select ? ? …"),
                Arguments.of("select `abc-secret", "select ? …"),
                Arguments.of("select \\' abc-secret", "select ? …"));
    }

    @ParameterizedTest
    @MethodSource
    void whereTwoReadingsDiffer(String statement, String shown) {
        assertThat(Statements.shown(statement)).isEqualTo(shown);
    }

    @Test
    void versionedCommentWithoutQuotes_isShownAsWhatItDoes() {
        assertThat(Statements.shown("select /*!40001 SQL_NO_CACHE */ * from t limit 10"))
                .isEqualTo("select SQL_NO_CACHE * from t limit ?");
    }

    @Test
    void longStatement_isCutBehindItsValues_andStaysInOneLine() {
        assertThat(Statements.shown("select\n\u001b[31m '" + "a".repeat(1_000_000) + "', " + "b, ".repeat(50)))
                .startsWith("select [?")
                .hasSize(90)
                .endsWith("…")
                .doesNotContain("aa");
    }
}
