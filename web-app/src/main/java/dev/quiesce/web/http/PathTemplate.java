package dev.quiesce.web.http;

import java.util.Comparator;
import java.util.Optional;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.http.pathmap.MatchedResource;
import org.eclipse.jetty.http.pathmap.PathSpec;
import org.eclipse.jetty.http.pathmap.PathSpecGroup;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.URIUtil;
import org.jspecify.annotations.Nullable;

/**
 * Names what a request asks for without what is its client's own: {@code /api/offers/*} for {@code /api/offers/17?user=ann}.
 *
 * <p>It is looked up in the mappings by which Jetty has found the servlet, and only when somebody wants to know, so that a request
 * that is served in time pays nothing for it.
 */
final class PathTemplate {
    private static final String EVERYTHING = "/*";
    private static final Comparator<ServletContextHandler> LONGEST_PATH_FIRST = Comparator.comparingInt(
                    (ServletContextHandler context) -> context.getContextPath().length())
            .reversed();

    private PathTemplate() {}

    /**
     * Returns the path specification that a request is mapped by.
     *
     * @param request the request, which may have ended
     * @param handlers what it has been given to
     * @return that of the servlet, or of the entry of Jetty's {@code PathMappingsHandler}, with the path of its context; {@code /*} for a
     *     handler that is not mapped
     */
    static String of(Request request, Handler.Container handlers) {
        // Set by PathMappingsHandler.
        if (request.getAttribute(PathSpec.class.getName()) instanceof PathSpec mapped) {
            return text(mapped);
        }
        String path = request.getHttpURI().getCanonicalPath();
        return handlers.getDescendants(ServletContextHandler.class).stream()
                // The longest first, in whatever order they are, as ContextHandlerCollection does.
                .sorted(LONGEST_PATH_FIRST)
                .flatMap(context -> template(context, path).stream())
                .findFirst()
                .orElse(EVERYTHING);
    }

    private static Optional<String> template(ServletContextHandler context, @Nullable String path) {
        String inContext = path == null ? null : context.getContext().getPathInContext(path);
        if (inContext == null) {
            return Optional.empty();
        }
        MatchedResource<?> servlet = context.getServletHandler().getMatchedServlet(URIUtil.decodePath(inContext));
        String contextPath = context.getContextPath().equals("/") ? "" : context.getContextPath();
        return Optional.ofNullable(servlet).map(found -> contextPath + text(found.getPathSpec()));
    }

    private static String text(PathSpec mapped) {
        return mapped.getGroup() == PathSpecGroup.DEFAULT ? EVERYTHING : mapped.getDeclaration();
    }
}
