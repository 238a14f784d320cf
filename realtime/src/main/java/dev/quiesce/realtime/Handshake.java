package dev.quiesce.realtime;

import java.security.Principal;
import java.util.List;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/** The HTTP request that opened a socket. Immutable and safe for use by many threads. */
public final class Handshake {
    private final String path;
    private final Fields parameters;
    private final HttpFields headers;
    private final List<HttpCookie> cookies;
    private final @Nullable String user;
    private final String remoteAddress;

    private Handshake(Request request) {
        this.path = Request.getPathInContext(request);
        this.parameters = Request.extractQueryParameters(request);
        this.headers = request.getHeaders().asImmutable();
        this.cookies = List.copyOf(Request.getCookies(request));
        this.user = userOf(request);
        this.remoteAddress = Request.getRemoteAddr(request);
    }

    /** Takes what a socket may want to know from the request that asks for it. */
    public static Handshake of(Request request) {
        return new Handshake(request);
    }

    private static @Nullable String userOf(Request request) {
        Principal principal = Request.getAuthenticationState(request).getUserPrincipal();
        return principal == null ? null : principal.getName();
    }

    /** Returns the decoded path, relative to the context that the hub is mounted in. */
    public String path() {
        return path;
    }

    /** Returns the first value of a query parameter, or null if there is none. */
    public @Nullable String parameter(String name) {
        return parameters.getValue(name);
    }

    /** Returns the first value of a header, whatever the case of its name, or null if there is none. */
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    /** Returns all values of a header, in their order, whatever the case of its name. */
    public List<String> headers(String name) {
        return List.copyOf(headers.getValuesList(name));
    }

    /** Returns the value of the first cookie of that name, or null if there is none. */
    public @Nullable String cookie(String name) {
        return cookies.stream()
                .filter(cookie -> cookie.getName().equals(name))
                .map(HttpCookie::getValue)
                .findFirst()
                .orElse(null);
    }

    /** Returns the name of the authenticated user, or null if the request was not authenticated. */
    public @Nullable String user() {
        return user;
    }

    /** Returns the peer's address as text, without its port. */
    public String remoteAddress() {
        return remoteAddress;
    }

    /** Returns the path and the peer's address, and nothing that could be a secret. */
    @Override
    public String toString() {
        return "Handshake[" + path + " from " + remoteAddress + "]";
    }
}
