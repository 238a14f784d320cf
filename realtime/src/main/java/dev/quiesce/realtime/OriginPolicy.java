package dev.quiesce.realtime;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** Which pages may connect: browsers apply no same-origin policy to sockets. Immutable. */
public final class OriginPolicy {
    private static final String ANY = "*";

    private final Set<String> allowed;

    /**
     * Makes a policy.
     *
     * @param allowed the origins, such as {@code https://example.com}; {@code *} for every one; empty for that of the request
     */
    public OriginPolicy(Set<String> allowed) {
        this.allowed = allowed.stream().map(OriginPolicy::lowerCase).collect(Collectors.toUnmodifiableSet());
    }

    /** Returns whether a policy can be made with this: an origin, or {@code *}. */
    public static boolean isOrigin(String text) {
        return text.equals(ANY) || parse(text) != null;
    }

    /** Returns whether the page that sends a request may; a request without an origin does not come from a page, and may. */
    public boolean allows(Request request) {
        String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        return origin == null || allows(origin, request.getHttpURI());
    }

    boolean allows(String origin, HttpURI requested) {
        if (allowed.contains(ANY)) {
            return true;
        }
        return allowed.isEmpty() ? isSameHost(origin, requested) : allowed.contains(lowerCase(origin));
    }

    private static boolean isSameHost(String origin, HttpURI requested) {
        URI page = parse(origin);
        return page != null
                && page.getHost().equalsIgnoreCase(requested.getHost())
                && explicitPort(page.getPort()) == explicitPort(requested.getPort());
    }

    /** The scheme is left out: behind a proxy that ends TLS, the page has https and the request that arrives has http. */
    private static int explicitPort(int port) {
        return port == 80 || port == 443 || port <= 0 ? 0 : port;
    }

    private static @Nullable URI parse(String origin) {
        try {
            URI uri = new URI(origin);
            boolean isOrigin = uri.getHost() != null
                    && uri.getScheme() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawPath().isEmpty()
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
            return isOrigin ? uri : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static String lowerCase(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
