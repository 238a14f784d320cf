package dev.quiesce.web.http;

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
        for (ServletContextHandler context : handlers.getDescendants(ServletContextHandler.class)) {
            PathSpec mapped = mapping(context, path);
            if (mapped != null) {
                String contextPath = context.getContextPath();
                return (contextPath.equals("/") ? "" : contextPath) + text(mapped);
            }
        }
        return EVERYTHING;
    }

    private static @Nullable PathSpec mapping(ServletContextHandler context, @Nullable String path) {
        String inContext = path == null ? null : context.getContext().getPathInContext(path);
        if (inContext == null) {
            return null;
        }
        MatchedResource<?> servlet = context.getServletHandler().getMatchedServlet(URIUtil.decodePath(inContext));
        return servlet == null ? null : servlet.getPathSpec();
    }

    private static String text(PathSpec mapped) {
        return mapped.getGroup() == PathSpecGroup.DEFAULT ? EVERYTHING : mapped.getDeclaration();
    }
}
