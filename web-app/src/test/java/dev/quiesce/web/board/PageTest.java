package dev.quiesce.web.board;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quiesce.web.testing.TestServer;
import dev.quiesce.web.testing.TestServer.Browser;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PageTest {
    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.start(Map.of("/", new PageServlet()));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/, text/html;charset=utf-8",
        "/app.js, text/javascript;charset=utf-8",
        "/chat.js, text/javascript;charset=utf-8",
        "/socket.io.esm.min.js, text/javascript;charset=utf-8",
        "/socket.io.LICENSE.txt, text/plain;charset=utf-8",
        "/style.css, text/css;charset=utf-8",
        "/icon.svg, image/svg+xml"
    })
    void file_isServed_andAnsweredWith304WhenItIsKnown(String path, String type) throws Exception {
        Browser browser = server.browser();
        HttpResponse<String> response = browser.get(path);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type").orElseThrow().replace(" ", ""))
                .isEqualToIgnoringCase(type);
        assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(response.headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(response.body()).isNotBlank();

        String tag = response.headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> again = browser.send(browser.request(path).header("If-None-Match", tag));
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();

        HttpResponse<String> head = browser.send(browser.request(path).method("HEAD", BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void page_runsUnderAPolicyThatAllowsNothingInline() throws Exception {
        HttpResponse<String> response = server.browser().get("/");
        assertThat(response.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
                .doesNotContain("unsafe");
        assertThat(response.body())
                .doesNotContainPattern("<script(?![^>]* src=)")
                .doesNotContainPattern("(?i)\\son\\w+=|\\sstyle=|<style|javascript:|https?://");
        for (String script : List.of("/app.js", "/chat.js")) {
            assertThat(server.browser().get(script).body())
                    .doesNotContainPattern("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(");
        }
    }

    @Test
    void stockClient_isServedAsItIsPublished() throws Exception {
        byte[] client = server.browser().get("/socket.io.esm.min.js").body().getBytes(UTF_8);

        assertThat(new String(client, UTF_8)).startsWith("/*!\n * Socket.IO v4.8.4\n");
        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(client)))
                .isEqualTo("771c3872e7d9bf81020615fda67ef0fd2aa61fcaf1990100714a46fa2c39f8a1");
    }

    @Test
    void everyScriptThatAScriptImports_isServed() throws Exception {
        String script = server.browser().get("/app.js").body();
        List<String> imports = Pattern.compile("(?m)^import .* from '\\./([^']+)';$")
                .matcher(script)
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(imports).containsExactly("socket.io.esm.min.js", "chat.js");
        for (String name : imports) {
            assertThat(server.browser().get("/" + name).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void everyFileThatThePageNames_isServed() throws Exception {
        String page = server.browser().get("/").body();
        assertThat(Pattern.compile("(?:href|src)=\"([^\"]+)\"")
                        .matcher(page)
                        .results()
                        .map(MatchResult::group))
                .hasSize(4);
        for (MatchResult link : Pattern.compile("(?:href|src)=\"([^\"]+)\"")
                .matcher(page)
                .results()
                .toList()) {
            assertThat(server.browser().get("/" + link.group(1)).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void everyFieldOfThePage_hasALabel() throws Exception {
        String page = server.browser().get("/").body();
        assertThat(Pattern.compile("<input id=\"(\\w+)\"")
                        .matcher(page)
                        .results()
                        .map(match -> match.group(1)))
                .hasSize(3)
                .allSatisfy(id -> assertThat(page).contains("<label for=\"" + id + "\">"));
    }

    @Test
    void everyElementThatTheScriptNames_isOnThePage() throws Exception {
        String page = server.browser().get("/").body();
        String script = server.browser().get("/app.js").body();
        assertThat(Pattern.compile("(?:element|onSubmit)\\('([\\w-]+)'")
                        .matcher(script)
                        .results()
                        .map(match -> match.group(1)))
                .isNotEmpty()
                .allSatisfy(id -> assertThat(page).contains("id=\"" + id + "\""));
    }
}
