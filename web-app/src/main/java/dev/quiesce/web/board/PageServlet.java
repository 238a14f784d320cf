package dev.quiesce.web.board;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.zip.CRC32;

/** Serves the page from memory: it is a few small files, and a file system over the jar would be slow to open. */
@SuppressWarnings("serial") // never serialized
final class PageServlet extends HttpServlet {
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private final Map<String, Page> pages = Map.of(
            "/", Page.load("index.html", "text/html; charset=utf-8"),
            "/app.js", Page.load("app.js", "text/javascript; charset=utf-8"),
            "/chat.js", Page.load("chat.js", "text/javascript; charset=utf-8"),
            "/socket.io.esm.min.js", Page.load("socket.io.esm.min.js", "text/javascript; charset=utf-8"),
            "/socket.io.LICENSE.txt", Page.load("socket.io.LICENSE.txt", "text/plain; charset=utf-8"),
            "/style.css", Page.load("style.css", "text/css; charset=utf-8"),
            "/icon.svg", Page.load("icon.svg", "image/svg+xml"));

    @Inject
    PageServlet() {}

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Page page = pages.get(request.getServletPath());
        if (page == null) {
            Api.write(request, response, Problem.notFound());
            return;
        }
        if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
            Api.write(request, response, Problem.methodNotAllowed("GET, HEAD"));
            return;
        }
        response.setHeader("Content-Security-Policy", POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "same-origin");
        response.setHeader("Cache-Control", "no-cache");
        response.setHeader("ETag", page.tag());
        if (page.tag().equals(request.getHeader("If-None-Match"))) {
            response.setStatus(304);
            return;
        }
        response.setContentType(page.type());
        response.setContentLength(page.content().length);
        response.getOutputStream().write(page.content());
    }

    private record Page(byte[] content, String type, String tag) {
        static Page load(String name, String type) {
            try (InputStream in = PageServlet.class.getResourceAsStream("/board/page/" + name)) {
                if (in == null) {
                    throw new FileNotFoundException("/board/page/" + name + " is not on the class path");
                }
                byte[] content = in.readAllBytes();
                CRC32 checksum = new CRC32();
                checksum.update(content);
                return new Page(
                        content, type, '"' + Long.toHexString(checksum.getValue()) + '-' + content.length + '"');
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
