package dev.quiesce.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CodeBlockTest {

    @Test
    void block_isReadWithItsMark_andWithoutItsFences() {
        List<String> page =
                List.of("Text", "<!-- sample: plain/A.java -->", "```java", "a();", "", "b();", "```", "Text");

        assertThat(CodeBlock.in("page.md", page))
                .containsExactly(new CodeBlock("page.md:3", "plain/A.java", List.of("a();", "", "b();")));
    }

    @Test
    void blockWithoutMark_isFound() {
        List<String> page =
                List.of("```java", "a();", "```", "<!-- sample: plain/A.java -->", "", "~~~ Java", "b();", "~~~");

        assertThat(CodeBlock.in("page.md", page))
                .containsExactly(
                        new CodeBlock("page.md:1", null, List.of("a();")),
                        new CodeBlock("page.md:6", null, List.of("b();")));
    }

    @Test
    void otherLanguages_areLeftAlone() {
        assertThat(CodeBlock.in("page.md", List.of("```sh", "java -jar service.jar", "```", "```javascript", "```")))
                .isEmpty();
    }
}
