package dev.quiesce.ops.lint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.ops.cli.OpsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The language of nginx, and what is included. */
class NginxTest {
    private static final String WHOLE = """
            events {}
            http {
                server {
                    location /a { proxy_pass http://127.0.0.1:1/x; include headers.conf; }
                    location /b { include headers.conf; proxy_pass http://unix:/run/b.sock:/; }
                }
            }
            """;

    @TempDir
    private Path folder;

    private final Findings findings = new Findings();

    @Test
    void snippet_countsWhereverItIsIncluded_beItGivenOrBeside() throws IOException {
        Path main = folder.resolve("nginx.conf");
        String headers = "proxy_set_header Host $host;\n";
        Files.writeString(folder.resolve("headers.conf"), headers);

        Nginx beside = new Nginx(Map.of(main.toString(), WHOLE), findings);
        Map<String, String> files = new LinkedHashMap<>();
        files.put("elsewhere/headers.conf", headers);
        files.put("nginx.conf", WHOLE);
        Nginx given = new Nginx(files, findings);

        for (Nginx nginx : List.of(beside, given)) {
            assertThat(nginx.routes())
                    .extracting(route ->
                            route.location().effective("proxy_set_header").size())
                    .containsExactly(1, 1);
            assertThat(nginx.routes())
                    .extracting(route -> route.servers().get(0).value())
                    .containsExactly("127.0.0.1:1", "unix:/run/b.sock");
            assertThat(nginx.all("proxy_set_header")).hasSize(2);
        }
        assertThat(findings.notChecked()).isEmpty();
    }

    @Test
    void fileThatIncludesItself_isRefused() throws IOException {
        String text = "http { include loop.conf; }";
        Path loop = Files.writeString(folder.resolve("loop.conf"), text);

        assertThatThrownBy(() -> new Nginx(Map.of(loop.toString(), text), findings))
                .isInstanceOf(OpsException.class)
                .hasMessage(loop + " includes itself");
    }

    @Test
    void quotes_comments_variablesAndForeignBlocks_areRead() {
        Directive root = new Directive("", List.of(), new Place("", 0), null);
        new NginxReader(
                        "test",
                        "a 'b;{}' \"c \\\" d\" ${e}f; # g h;\ncontent_by_lua_block { if x then return {} end }\ni 'x#y';\n",
                        (include, into) -> false)
                .readInto(root);

        assertThat(root.block()).extracting(Directive::name).containsExactly("a", "i");
        assertThat(root.block().get(0).arguments()).containsExactly("b;{}", "c \" d", "${e}f");
        assertThat(root.block().get(1).place()).isEqualTo(new Place("test", 3));
        assertThat(Times.NGINX.parse("75")).contains(Duration.ofSeconds(75));
    }
}
